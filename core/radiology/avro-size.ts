/**
 * At most how many bytes a value takes in Avro binary (Avro 1.11 "Binary Encoding"), whatever its schema: enums and
 * unions are counted as the largest that they could be. `core/` cannot encode; limits need only a bound.
 */
export function avroSizeAtMost(value: unknown): number {
  if (value === null || value === undefined) return UNION_BYTES;
  if (typeof value === 'string') return UNION_BYTES + lengthPrefixed(Buffer.byteLength(value, 'utf8'));
  if (typeof value === 'number') return UNION_BYTES + varintBytes(value);
  if (typeof value === 'boolean') return UNION_BYTES + 1;
  if (value instanceof Uint8Array) return UNION_BYTES + lengthPrefixed(value.length);
  if (Array.isArray(value)) return UNION_BYTES + ARRAY_BYTES + sum(value);
  return UNION_BYTES + sum(Object.values(value));
}

/** The branch of a union, one byte for up to 64 branches. */
const UNION_BYTES = 1;
/** The count of the one block that our writer makes, and the 0 that ends the array. */
const ARRAY_BYTES = 6;

function sum(values: readonly unknown[]): number {
  let bytes = 0;
  for (const value of values) bytes += avroSizeAtMost(value);
  return bytes;
}

function lengthPrefixed(bytes: number): number {
  return varintBytes(bytes) + bytes;
}

/** Zigzag doubles the number; each byte carries 7 bits. A double that is no integer takes 8 bytes. */
function varintBytes(value: number): number {
  let rest = Math.abs(value) * 2;
  let bytes = 1;
  for (; rest >= 128; rest /= 128) bytes++;
  return Math.max(bytes, Number.isInteger(value) ? 1 : 8);
}
