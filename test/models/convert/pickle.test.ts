import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unpickle } from '../../../models/convert/pickle.ts';
import {
  call,
  dict,
  global,
  int,
  list,
  long,
  no,
  persistent,
  pickle,
  raw,
  text,
  tuple,
} from './write-pickle.ts';

const refuse = {
  global: (name: string) => {
    throw new Error(`refused ${name}`);
  },
  persistent: (id: unknown) => ({ id }),
};

test('values, containers and persistent ids are read, and where the pickle ends', () => {
  const bytes = pickle(
    dict(
      text('a'),
      tuple(int(-5), no(), text('é')),
      text('b'),
      list(int(1), int(70_000)),
      text('c'),
      persistent(text('k')),
    ),
  );
  const { value, end } = unpickle(Buffer.concat([Buffer.from('xy'), bytes, Buffer.from('z')]), 2, refuse);
  assert.deepEqual(
    value,
    new Map<string, unknown>([
      ['a', [-5, false, 'é']],
      ['b', [1, 70_000]],
      ['c', { id: 'k' }],
    ]),
  );
  assert.equal(end, 2 + bytes.length);
});

test('long integers', () => {
  assert.equal(unpickle(pickle(long(Buffer.from([0xe9, 0x03]))), 0, refuse).value, 1001n);
});

test('nothing is called that the hooks do not allow, and no other opcode is read', () => {
  assert.throws(
    () => unpickle(pickle(call(global('os', 'system'), tuple(text('true')))), 0, refuse),
    /refused os.system/,
  );
  assert.throws(() => unpickle(pickle(raw('i')), 0, refuse), /opcode 0x69/);
  assert.throws(() => unpickle(Buffer.from([0x80, 4]), 0, refuse), /protocol 2/);
});

test('any bytes end in a value or an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        unpickle(Buffer.concat([Buffer.from([0x80, 2]), bytes]), 0, refuse);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
  );
});
