import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaStore } from '../../platform/avro/schema-store.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

type Json = { [name: string]: unknown };

export interface NewerBuild {
  store: SchemaStore;
  remove(): void;
}

/**
 * The schemas of a build that comes after this one: `schemas/` of the checkout, with these fields added to events, and
 * registered under ids from `firstId` on, which this build does not know: these events first, then those that contain them.
 */
export async function newerBuild(
  change: Readonly<Record<string, (schema: Json) => void>>,
  firstId: number,
): Promise<NewerBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-newer-build-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  cpSync(join(projectRoot(), 'schemas'), folder, { recursive: true });
  for (const [event, apply] of Object.entries(change)) {
    const file = join(folder, `${event}.avsc`);
    const schema = JSON.parse(readFileSync(file, 'utf8')) as Json;
    apply(schema);
    writeFileSync(file, JSON.stringify(schema));
  }
  const changed = new SchemaStore(folder);
  let id = firstId;
  for (const event of new Set([...Object.keys(change), ...changed.events()])) {
    const json = JSON.stringify(changed.current(event).json);
    if (json === JSON.stringify(changed.newest(event).json)) continue;
    writeFileSync(join(folder, 'registry', `${id}.${event}.avsc`), json);
    id += 1;
  }
  return { store: new SchemaStore(folder), remove };
}

/** Adds a field that earlier builds do not have. */
export function addField(name: string, type: unknown, fallback: unknown): (schema: Json) => void {
  return (schema) => {
    (schema['fields'] as Json[]).push({ name, type, default: fallback });
  };
}

/** Adds a symbol to an enum of an event's own schema. */
export function addSymbol(enumName: string, symbol: string, fallback?: string): (schema: Json) => void {
  return (schema) => {
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) for (const one of node) visit(one);
      if (node === null || typeof node !== 'object' || Array.isArray(node)) return;
      const found = node as Json;
      if (found['type'] === 'enum' && found['name'] === enumName) {
        if (symbol !== '') (found['symbols'] as string[]).push(symbol);
        if (fallback !== undefined) found['default'] = fallback;
      }
      for (const value of Object.values(found)) visit(value);
    };
    visit(schema);
  };
}
