/**
 * Fields of Protocol Buffers messages (https://protobuf.dev/programming-guides/encoding/), as far as an ONNX model needs
 * them. A message is its fields, one after the other; a message in a field is `bytes`.
 */

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** A whole number from 0 on, as int32, int64 or an enumeration. */
export function integer(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

export function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED32), bytes]);
}

export function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, 'utf8'));
}

/** Bytes, or a message. */
export function bytes(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([tag(field, LENGTH), varint(length), ...parts]);
}

/** Whole numbers from 0 on, packed. */
export function integers(field: number, values: readonly number[]): Buffer {
  return bytes(field, ...values.map(varint));
}

function tag(field: number, type: number): Buffer {
  return varint(field * 8 + type);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${value} is no whole number from 0 on`);
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
