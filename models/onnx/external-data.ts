import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_ONNX_DEPTH } from '../limits.ts';

/**
 * Whether an ONNX model keeps numbers of its own in further files (onnx.proto, TensorProto.data_location EXTERNAL). Such a model is
 * not whole: whoever opens it would read files that its bundle does not name. Of a file only what leads to tensors is
 * read, not their numbers.
 * @throws Error where it is no message of Protocol Buffers
 */
export function hasExternalData(model: string | Uint8Array): boolean {
  if (typeof model !== 'string') return anyIn({ length: model.length, at: (i) => model[i] }, 0, model.length);
  const file = openSync(model, 'r');
  try {
    const { size } = fstatSync(file);
    return anyIn(pagesOf(file, size), 0, size);
  } finally {
    closeSync(file);
  }
}

interface Bytes {
  length: number;
  at(place: number): number | undefined;
}

const PAGE = 64 * 1024;

/** One page of the file is in memory at a time. */
function pagesOf(file: number, length: number): Bytes {
  const page = Buffer.alloc(PAGE);
  let start = -1;
  return {
    length,
    at(place) {
      if (place >= length) return undefined;
      const from = place - (place % PAGE);
      if (from !== start) readSync(file, page, 0, PAGE, from);
      start = from;
      return page[place - from];
    },
  };
}

type Message = 'model' | 'graph' | 'function' | 'node' | 'attribute' | 'tensor' | 'sparse';

/** The fields of each message that lead to tensors (https://github.com/onnx/onnx, `onnx/onnx.proto`). */
const FIELDS: Record<Exclude<Message, 'tensor'>, Readonly<Record<number, Message>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
};

/** TensorProto: where its numbers are, and `external_data` itself. */
const DATA_LOCATION = 14;
const EXTERNAL_DATA = 13;
const EXTERNAL = 1;

function anyIn(bytes: Bytes, from: number, to: number, message: Message = 'model', depth = 0): boolean {
  if (depth > MAX_ONNX_DEPTH) throw new Error('it is nested too deeply');
  for (const { field, value, inner } of fieldsOf(bytes, from, to)) {
    if (message === 'tensor') {
      if (field === EXTERNAL_DATA || (field === DATA_LOCATION && value === EXTERNAL)) return true;
      continue;
    }
    const next = FIELDS[message][field];
    if (next !== undefined && inner !== null && anyIn(bytes, inner.from, inner.to, next, depth + 1))
      return true;
  }
  return false;
}

interface Field {
  field: number;
  /** of a varint */
  value: number;
  /** where the bytes of a field with a length are */
  inner: { from: number; to: number } | null;
}

function* fieldsOf(bytes: Bytes, from: number, to: number): Generator<Field> {
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = at < to ? bytes.at(at++) : undefined;
      if (byte === undefined) throw new Error('it ends within a field');
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw new Error('a number of it is too long');
  };
  while (at < to) {
    const tag = varint();
    // The library of Protocol Buffers drops what is beyond 32 bits: for it this were another field.
    if (tag >= 2 ** 32) throw new Error('a tag of it is too long');
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) {
      yield { field, value: varint(), inner: null };
      continue;
    }
    const length = type === 1 ? 8 : type === 5 ? 4 : type === 2 ? varint() : Number.NaN;
    if (!(at + length <= to)) throw new Error('it ends within a field, or is of another format');
    yield { field, value: 0, inner: type === 2 ? { from: at, to: at + length } : null };
    at += length;
  }
}
