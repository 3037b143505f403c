import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SchemaStore } from '../platform/avro/schema-store.ts';
import { projectRoot } from '../platform/process/project-root.ts';

/**
 * Gives every event whose schema has changed the next free id and keeps it, self-contained, in `schemas/registry/`.
 * Run after editing an `.avsc`: `npx tsx scripts/register-schemas.ts`. Registered files are never edited.
 */
const store = new SchemaStore();
const ids = store.events().flatMap((event) => store.versions(event).map((version) => version.id));
let next = Math.max(0, ...ids) + 1;
for (const event of store.events()) {
  const current = store.current(event).json;
  const newest = store.versions(event).at(-1)?.json;
  if (JSON.stringify(current) === JSON.stringify(newest)) continue;
  const file = join('schemas', 'registry', `${next}.${event}.avsc`);
  writeFileSync(join(projectRoot(), file), `${JSON.stringify(current, null, 2)}\n`);
  console.log(`registered ${file}`);
  next++;
}
