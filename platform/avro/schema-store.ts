import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { InterleaveError } from '../../core/errors.ts';
import { projectRoot } from '../process/project-root.ts';
import { type Json, resolveSchema } from './resolve.ts';

/** A schema that has once been written with, and never changes: `schemas/registry/<id>.<event>.avsc`. */
export interface RegisteredSchema {
  id: number;
  event: string;
  type: avro.Type;
  /** as it stands in the file */
  json: avro.Schema;
}

/** The events' schemas: as they are now, and all that were ever written with. */
export class SchemaStore {
  readonly #current = new Map<string, { type: avro.Type; json: avro.Schema }>();
  readonly #byId = new Map<number, RegisteredSchema>();

  /** Reads `schemas/` of the checkout, or another folder of the same form. */
  constructor(folder: string = join(projectRoot(), 'schemas')) {
    const types = new Map<string, Json>();
    const events = readSchemas(folder);
    for (const schema of [...readSchemas(join(folder, 'types')).values(), ...events.values()])
      types.set(nameOf(schema), schema);
    for (const [event, schema] of events) {
      const json = resolveSchema(schema, types);
      this.#current.set(event, { type: avro.Type.forSchema(json), json });
    }
    for (const [file, schema] of readSchemas(join(folder, 'registry'))) {
      const [id, event] = splitRegisteredName(file);
      const json = schema as avro.Schema;
      this.#byId.set(id, { id, event, type: avro.Type.forSchema(json), json });
    }
  }

  /** The schema of an event as this code writes it. */
  current(event: string): { type: avro.Type; json: avro.Schema } {
    const schema = this.#current.get(event);
    if (schema === undefined) throw new Error(`schemas/${event}.avsc is missing`);
    return schema;
  }

  events(): string[] {
    return [...this.#current.keys()].sort();
  }

  /** All registered versions of an event, the oldest first. */
  versions(event: string): RegisteredSchema[] {
    return [...this.#byId.values()].filter((schema) => schema.event === event).sort((a, b) => a.id - b.id);
  }

  /** The newest registered version; the current schema must equal it (a test checks that). */
  newest(event: string): RegisteredSchema {
    const newest = this.versions(event).at(-1);
    if (newest === undefined) throw new Error(`schemas/registry holds no version of ${event}`);
    return newest;
  }

  /** Throws `EVENT_UNREADABLE` where the id is unknown. */
  byId(id: number): RegisteredSchema {
    const schema = this.#byId.get(id);
    if (schema === undefined) throw new InterleaveError('EVENT_UNREADABLE', `Schema id ${id} is unknown.`);
    return schema;
  }
}

/** `12.report-received` → [12, 'report-received'] */
function splitRegisteredName(name: string): [number, string] {
  const match = /^(\d+)\.([a-z-]+)$/.exec(name);
  if (match === null) throw new Error(`schemas/registry/${name}.avsc is not named <id>.<event>.avsc`);
  return [Number(match[1]), match[2] ?? ''];
}

function readSchemas(folder: string): Map<string, Json> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.avsc'));
  return new Map(
    files
      .sort()
      .map((file) => [
        file.slice(0, -'.avsc'.length),
        JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json,
      ]),
  );
}

function nameOf(schema: Json): string {
  if (
    schema !== null &&
    typeof schema === 'object' &&
    !Array.isArray(schema) &&
    typeof schema['name'] === 'string'
  )
    return schema['name'];
  throw new Error('a schema has no name');
}
