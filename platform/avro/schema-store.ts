import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { InterleaveError } from '../../core/errors.ts';
import { projectRoot } from '../process/project-root.ts';
import { isSameSchema, LearnedSchemas, parseSchema } from './learned-schemas.ts';
import { type Json, resolveSchema } from './resolve.ts';
import { UnknownSchemaError } from './unknown-schema.ts';

/** A schema that has once been written with, and never changes: `schemas/registry/<id>.<event>.avsc`. */
export interface RegisteredSchema {
  id: number;
  event: string;
  type: avro.Type;
  /** as it stands in the file */
  json: avro.Schema;
}

/**
 * The events' schemas: as they are now, all that were ever written with, and what this process was told of those of
 * newer builds (`learn`).
 */
export class SchemaStore {
  readonly #current = new Map<string, { type: avro.Type; json: avro.Schema }>();
  readonly #byId = new Map<number, RegisteredSchema>();
  readonly #learned = new LearnedSchemas();

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

  /** All that this build has, the oldest first. */
  registered(): RegisteredSchema[] {
    return [...this.#byId.values()].sort((a, b) => a.id - b.id);
  }

  isRegistered(id: number): boolean {
    return this.#byId.has(id);
  }

  /** Throws `SCHEMA_UNKNOWN` where nobody has told of the id yet, `EVENT_UNREADABLE` where it was given up. */
  byId(id: number): RegisteredSchema {
    const schema = this.#byId.get(id) ?? this.#learned.get(id);
    if (schema !== undefined && this.isKnown(id)) return schema;
    if (this.#learned.isGivenUp(id))
      throw new InterleaveError('EVENT_UNREADABLE', `Schema id ${id} was given up.`);
    throw new UnknownSchemaError(id);
  }

  /** Whether `byId` has an answer that stays: a schema whose records this build can read, or that it was given up. */
  isKnown(id: number): boolean {
    return this.#byId.has(id) || this.#learned.get(id)?.isReadable === true || this.#learned.isGivenUp(id);
  }

  /** Whether the schema was told, and this build's readers cannot read what it writes: a newer build can. */
  isTooNew(id: number): boolean {
    return this.#learned.get(id)?.isReadable === false;
  }

  /**
   * Takes in the schema of another build. Throws `SCHEMA_CLASH` where it is another one than ours of that id,
   * `SCHEMA_INVALID` where it is none, `REGISTER_TOO_LARGE` beyond the limits.
   */
  learn(id: number, text: string): void {
    const { type, json } = parseSchema(id, text);
    const ours = this.#byId.get(id);
    if (ours !== undefined) {
      if (isSameSchema(ours.type, type)) return;
      throw new InterleaveError('SCHEMA_CLASH', `It is ${id}, of ${ours.event}.`);
    }
    const before = this.#learned.get(id);
    if (before !== undefined && isSameSchema(before.type, type)) return;
    const event = this.#eventOf(type);
    this.#learned.add({ id, event, type, json, isReadable: this.#canRead(event, type) }, text.length);
  }

  /** An operator decided that records of this id become dead letters. Nothing that is known is given up. */
  giveUp(id: number): void {
    if (!this.isKnown(id)) this.#learned.giveUp(id);
  }

  /** Events are told apart by the full name of their record; '' for another one. */
  #eventOf(type: avro.Type): string {
    for (const [event, { type: current }] of this.#current) if (current.name === type.name) return event;
    return '';
  }

  /** What is no event of ours will be refused as such. */
  #canRead(event: string, type: avro.Type): boolean {
    if (event === '') return true;
    try {
      this.current(event).type.createResolver(type);
      return true;
    } catch {
      return false;
    }
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
