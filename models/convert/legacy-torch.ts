import { type PickleHooks, unpickle } from './pickle.ts';

/** A tensor of a checkpoint, contiguous, in the order that PyTorch keeps (convolutions: out, in, height, width). */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** `torch.serialization.MAGIC_NUMBER` of the format before PyTorch 1.6 */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/**
 * Reads the float tensors of a state dictionary in PyTorch's legacy format: five pickles (magic number, protocol,
 * platform, the dictionary, the keys of its storages), then each storage as its length (int64) and its numbers.
 * Integer tensors (counters of batch norm) are left out. Only tensors and dictionaries can come out of the file.
 * @throws Error when it is anything else
 */
export function readLegacyTorch(bytes: Buffer): Map<string, TorchTensor> {
  let at = 0;
  const next = (hooks: PickleHooks): unknown => {
    const { value, end } = unpickle(bytes, at, hooks);
    at = end;
    return value;
  };
  if (next(NOTHING) !== MAGIC) throw new Error('this is no legacy PyTorch checkpoint');
  next(NOTHING);
  next(NOTHING);
  const state = next({ global: globalOf, persistent: storageOf });
  const keys = next(NOTHING);
  if (!(state instanceof Map) || !Array.isArray(keys)) throw new Error('the checkpoint holds no dictionary');
  const tensors = [...state].filter((entry): entry is [string, Reference] => isFloat(entry[1]));
  const sizes = new Map(
    [...state.values()].map((value) => [(value as Reference).storage.key, value as Reference]),
  );
  const storages = new Map<unknown, Float32Array>();
  for (const key of keys) {
    const reference = sizes.get(key as string);
    if (reference === undefined) throw new Error('the checkpoint holds a storage that no tensor uses');
    const count = Number(bytes.readBigInt64LE(at));
    const width = reference.storage.type === 'float32' ? 4 : 8;
    at += 8;
    if (width === 4) storages.set(key, floats(bytes.subarray(at, at + count * width), count));
    at += count * width;
  }
  return new Map(tensors.map(([name, reference]) => [name, contiguous(reference, storages)]));
}

interface Storage {
  type: 'float32' | 'int64';
  key: string;
}

interface Reference {
  storage: Storage;
  offset: number;
  shape: number[];
  /** numbers to skip in the storage for one step along each axis */
  strides: number[];
}

const NOTHING: PickleHooks = {
  global: (name) => {
    throw new Error(`the checkpoint names ${name}, which is not read`);
  },
  persistent: () => {
    throw new Error('the checkpoint has a persistent id where none belongs');
  },
};

function globalOf(name: string): (...args: readonly unknown[]) => unknown {
  switch (name) {
    case 'collections.OrderedDict':
      return () => new Map();
    case 'torch.FloatStorage':
      return () => 'float32';
    case 'torch.LongStorage':
      return () => 'int64';
    case 'torch._utils._rebuild_tensor_v2':
      return (storage, offset, shape, strides) => ({ storage, offset, shape, strides });
    default:
      return NOTHING.global(name);
  }
}

/** ('storage', type, key, device, length, view) */
function storageOf(id: unknown): Storage {
  const [, type, key] = id as [string, () => Storage['type'], string];
  return { type: type(), key };
}

function isFloat(value: unknown): value is Reference {
  return (value as Reference | undefined)?.storage?.type === 'float32';
}

function floats(bytes: Buffer, count: number): Float32Array {
  if (bytes.length !== count * 4) throw new Error('the checkpoint breaks off');
  return Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(i * 4));
}

/** A copy in the order of the shape, whatever the order in the storage. */
function contiguous(reference: Reference, storages: Map<unknown, Float32Array>): TorchTensor {
  const { storage, offset, shape, strides } = reference;
  const source = storages.get(storage.key) ?? new Float32Array();
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < data.length; i++) {
    let place = offset;
    for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      place += (rest % size) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    const value = source[place];
    if (value === undefined) throw new Error('a tensor of the checkpoint has no numbers');
    data[i] = value;
  }
  return { shape, data };
}
