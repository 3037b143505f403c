import { MAX_TENSOR_HEADER_BYTES } from './limits.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = ReadonlyMap<string, Tensor>;

/**
 * Writes float32 tensors as safetensors (https://github.com/huggingface/safetensors, "Format"): the length of the header in
 * eight bytes, the header (JSON), then the numbers, little endian. Sorted by name and padded as the Python library does it:
 * the same tensors give the same bytes.
 */
export function writeSafetensors(tensors: Tensors): Buffer {
  const sorted = [...tensors].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, data }] of sorted) {
    if (name === METADATA || lengthOf(shape) !== data.length)
      throw new RangeError(`the tensor ${name} has another shape than numbers, or a name that is taken`);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - 8));
  json.copy(head, 8);
  return Buffer.concat([
    head,
    ...sorted.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/**
 * The tensors of a file. Every byte behind the header belongs to exactly one tensor, as the format demands.
 * @throws Error for what is no safetensors file, is cut off, or holds other numbers than float32
 */
export function readSafetensors(bytes: Buffer): Tensors {
  const start = 8 + (bytes.length < 8 ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64LE()));
  if (start - 8 > MAX_TENSOR_HEADER_BYTES || start > bytes.length)
    throw new Error('this is no safetensors file');
  const header: unknown = JSON.parse(bytes.toString('utf8', 8, start));
  if (typeof header !== 'object' || header === null) throw new Error('the header is no object');
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => ({ name, ...described(name, entry) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const { name, shape, from, to } of entries) {
    if (from !== at || to - from !== lengthOf(shape) * 4 || start + to > bytes.length)
      throw new Error(`the tensor ${name} does not stand where its shape says`);
    tensors.set(name, { shape, data: floats(bytes.subarray(start + from, start + to)) });
    at = to;
  }
  if (start + at !== bytes.length) throw new Error('there are bytes that belong to no tensor');
  return tensors;
}

const METADATA = '__metadata__';

function described(name: string, entry: unknown): { shape: number[]; from: number; to: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32') throw new Error(`the tensor ${name} is not float32`);
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new Error(`the tensor ${name} has no shape or place`);
  return { shape, from: offsets[0] ?? 0, to: offsets[1] ?? 0 };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A copy of its own: the bytes of a file need not be aligned to four. */
function floats(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
