import avro from 'avsc';
import { InterleaveError } from '../../core/errors.ts';
import {
  MAX_GIVEN_UP_SCHEMAS,
  MAX_LEARNED_LENGTH,
  MAX_LEARNED_SCHEMAS,
  MAX_SCHEMA_DEPTH,
  MAX_SCHEMA_ID,
  MAX_SCHEMA_LENGTH,
} from './limits.ts';

/** A schema of another build. */
export interface LearnedSchema {
  id: number;
  /** the event whose schema it is; '' where it is of none of ours */
  event: string;
  type: avro.Type;
  json: avro.Schema;
  /** whether this build's readers can read what was written with it */
  isReadable: boolean;
}

/** What a process was told of schemas that came after it, within limits: whoever tells it may be anybody. */
export class LearnedSchemas {
  readonly #schemas = new Map<number, LearnedSchema & { length: number }>();
  readonly #givenUp = new Set<number>();
  #length = 0;

  get(id: number): LearnedSchema | undefined {
    return this.#schemas.get(id);
  }

  isGivenUp(id: number): boolean {
    return this.#givenUp.has(id);
  }

  /** The newest that was told of an id counts. Throws `REGISTER_TOO_LARGE`. */
  add(schema: LearnedSchema, length: number): void {
    const before = this.#schemas.get(schema.id);
    const total = this.#length - (before?.length ?? 0) + length;
    if ((before === undefined && this.#schemas.size >= MAX_LEARNED_SCHEMAS) || total > MAX_LEARNED_LENGTH)
      throw new InterleaveError('REGISTER_TOO_LARGE', `Schema ${schema.id} is left out.`);
    this.#length = total;
    this.#schemas.set(schema.id, { ...schema, length });
    this.#givenUp.delete(schema.id);
  }

  /** Records of this id are read as if it were no event of ours. Throws `REGISTER_TOO_LARGE`. */
  giveUp(id: number): void {
    if (this.#schemas.get(id)?.isReadable) return;
    if (this.#givenUp.size >= MAX_GIVEN_UP_SCHEMAS)
      throw new InterleaveError('REGISTER_TOO_LARGE', `That schema ${id} is given up is left out.`);
    this.#givenUp.add(id);
  }
}

/** Throws `SCHEMA_INVALID` for what is no Avro schema, has no possible id, or is larger than a schema may be. */
export function parseSchema(id: number, text: string): { type: avro.Type; json: avro.Schema } {
  if (!Number.isInteger(id) || id < 1 || id > MAX_SCHEMA_ID || text.length > MAX_SCHEMA_LENGTH)
    throw new InterleaveError('SCHEMA_INVALID', `It has the id ${id} and ${text.length} characters.`);
  try {
    const json = JSON.parse(text) as avro.Schema;
    if (isDeeper(json, MAX_SCHEMA_DEPTH)) throw new RangeError('It nests too deeply.');
    return { type: avro.Type.forSchema(json), json };
  } catch (cause) {
    throw new InterleaveError('SCHEMA_INVALID', `It has the id ${id}.`, { cause });
  }
}

function isDeeper(json: unknown, depth: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return depth === 0 || Object.values(json).some((inner) => isDeeper(inner, depth - 1));
}

/** Whether two schemas write the same bytes: their canonical forms are equal (Avro 1.11 "Parsing Canonical Form"). */
export function isSameSchema(a: avro.Type, b: avro.Type): boolean {
  return JSON.stringify(a.schema()) === JSON.stringify(b.schema());
}
