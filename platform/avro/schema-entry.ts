import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MAX_SCHEMA_ID, MAX_SCHEMA_LENGTH } from './limits.ts';
import type { RegisteredSchema } from './schema-store.ts';

/**
 * What the topic of schemas holds under a schema id, as JSON, which every build can read: the schema itself, or that an
 * operator gave the id up.
 */
export type SchemaEntry = z.infer<typeof schemaShape> | z.infer<typeof givenUpShape>;

const id = z.number().int().min(1).max(MAX_SCHEMA_ID);

const schemaShape = z.object({
  id,
  event: z.string().max(256),
  /** Avro, self-contained */
  schema: z.string().max(MAX_SCHEMA_LENGTH),
  /** of `schema`, in UTF-8 */
  sha256: z.string(),
});

const givenUpShape = z.object({
  id,
  givenUp: z.object({
    actor: z.string().max(256),
    reason: z.string().max(4_096),
    /** ms since 1970 */
    at: z.number(),
  }),
});

export interface SchemaRecord {
  key: string;
  value: Buffer;
}

export function schemaRecord({ id, event, json }: RegisteredSchema): SchemaRecord {
  const schema = JSON.stringify(json);
  return recordOf({ id, event, schema, sha256: sha256Of(schema) });
}

export function givenUpRecord(
  id: number,
  givenUp: { actor: string; reason: string; at: number },
): SchemaRecord {
  return recordOf({ id, givenUp });
}

/** Null where a record is none of these, or a schema does not match its SHA-256. */
export function readSchemaEntry(key: string, value: Buffer): SchemaEntry | null {
  if (value.length > MAX_ENTRY_BYTES) return null;
  let json: unknown;
  try {
    json = JSON.parse(value.toString('utf8'));
  } catch {
    return null;
  }
  const { success, data } = z.union([schemaShape, givenUpShape]).safeParse(json);
  if (!success || key !== String(data.id)) return null;
  return 'schema' in data && data.sha256 !== sha256Of(data.schema) ? null : data;
}

/** A schema of the largest size, escaped, and what stands beside it. */
const MAX_ENTRY_BYTES = 2 * MAX_SCHEMA_LENGTH + 16 * 1024;

function recordOf(entry: SchemaEntry): SchemaRecord {
  return { key: String(entry.id), value: Buffer.from(JSON.stringify(entry)) };
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
