/**
 * Whether an ONNX model keeps numbers of its own in further files (onnx.proto, TensorProto.data_location EXTERNAL). Such a model is
 * not whole: whoever opens it would read files that its bundle does not name.
 * @throws Error where it is no message of Protocol Buffers
 */
export function hasExternalData(model: Uint8Array): boolean {
  return anyIn(model, 'model', 0);
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

/** Graphs within graphs; a real one has a few. */
const MAX_DEPTH = 100;

function anyIn(bytes: Uint8Array, message: Message, depth: number): boolean {
  if (depth > MAX_DEPTH) throw new Error('it is nested too deeply');
  for (const { field, value, inner } of fieldsOf(bytes)) {
    if (message === 'tensor') {
      if (field === EXTERNAL_DATA || (field === DATA_LOCATION && value === EXTERNAL)) return true;
      continue;
    }
    const next = FIELDS[message][field];
    if (next !== undefined && inner !== null && anyIn(inner, next, depth + 1)) return true;
  }
  return false;
}

interface Field {
  field: number;
  /** of a varint */
  value: number;
  /** the bytes of a field with a length; a view, nothing is copied */
  inner: Uint8Array | null;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('it ends within a field');
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw new Error('a number of it is too long');
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) {
      yield { field, value: varint(), inner: null };
      continue;
    }
    const length = type === 1 ? 8 : type === 5 ? 4 : type === 2 ? varint() : Number.NaN;
    if (!(at + length <= bytes.length)) throw new Error('it ends within a field, or is of another format');
    yield { field, value: 0, inner: type === 2 ? bytes.subarray(at, at + length) : null };
    at += length;
  }
}
