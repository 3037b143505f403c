import { MAX_SCHEMA_ID } from './limits.ts';

/** The Confluent wire format: 0, schema id (4 bytes, big endian), Avro binary. */
const MAGIC = 0;
export const HEADER_BYTES = 5;

/** The id of the schema that a record was written with; null where it is no record in the wire format. */
export function schemaIdOf(bytes: Buffer | null): number | null {
  if (bytes === null || bytes.length < HEADER_BYTES || bytes.readUInt8(0) !== MAGIC) return null;
  const id = bytes.readUInt32BE(1);
  return id >= 1 && id <= MAX_SCHEMA_ID ? id : null;
}

export function wireHeader(schemaId: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(MAGIC, 0);
  header.writeUInt32BE(schemaId, 1);
  return header;
}
