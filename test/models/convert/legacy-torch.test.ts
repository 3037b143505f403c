import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLegacyTorch } from '../../../models/convert/legacy-torch.ts';
import { call, dict, global, int, list, long, no, persistent, pickle, text, tuple } from './write-pickle.ts';

const MAGIC = pickle(long(Buffer.from('6cfc9c46f9206aa85019', 'hex')));
const HEADER = Buffer.concat([MAGIC, pickle(int(1001)), pickle(dict())]);

test('tensors are read in the order of their shape, whatever the order of their storage', () => {
  const state = pickle(
    dict(
      text('rows'),
      tensor('FloatStorage', 's1', 0, [2, 3], [3, 1]),
      text('columns'),
      tensor('FloatStorage', 's1', 0, [3, 2], [1, 3]),
      text('tail'),
      tensor('FloatStorage', 's1', 4, [2], [1]),
      text('counter'),
      tensor('LongStorage', 's2', 0, [], []),
    ),
  );
  const keys = pickle(list(text('s1'), text('s2')));
  const tensors = readLegacyTorch(Buffer.concat([HEADER, state, keys, floats(1, 2, 3, 4, 5, 6), longs(9)]));
  assert.deepEqual([...tensors.keys()], ['rows', 'columns', 'tail']);
  assert.deepEqual(tensors.get('rows'), { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  assert.deepEqual(tensors.get('columns'), { shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
  assert.deepEqual(tensors.get('tail'), { shape: [2], data: Float32Array.of(5, 6) });
});

test('other files, other classes and tensors beyond their storage are refused', () => {
  assert.throws(() => readLegacyTorch(pickle(int(1))), /no legacy PyTorch checkpoint/);
  const evil = pickle(dict(text('x'), call(global('os', 'system'), tuple(text('true')))));
  assert.throws(() => readLegacyTorch(Buffer.concat([HEADER, evil])), /os.system/);
  const state = pickle(dict(text('x'), tensor('FloatStorage', 's', 1, [2], [1])));
  const keys = pickle(list(text('s')));
  assert.throws(() => readLegacyTorch(Buffer.concat([HEADER, state, keys, floats(1, 2)])), /no numbers/);
});

function tensor(type: string, key: string, offset: number, shape: number[], strides: number[]): Buffer {
  const storage = persistent(tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(6)));
  const hooks = call(global('collections', 'OrderedDict'), tuple());
  const args = tuple(storage, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), no(), hooks);
  return call(global('torch._utils', '_rebuild_tensor_v2'), args);
}

function floats(...values: number[]): Buffer {
  return Buffer.concat([count(values.length), Buffer.from(Float32Array.from(values).buffer)]);
}

function longs(...values: number[]): Buffer {
  return Buffer.concat([count(values.length), Buffer.from(BigInt64Array.from(values.map(BigInt)).buffer)]);
}

function count(value: number): Buffer {
  return Buffer.from(BigInt64Array.of(BigInt(value)).buffer);
}
