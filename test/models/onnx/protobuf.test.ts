import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, float, integer, integers, text } from '../../../models/onnx/protobuf.ts';

const hex = (buffer: Buffer) => buffer.toString('hex');

test('fields are written as the examples of the documentation of Protocol Buffers', () => {
  assert.equal(hex(integer(1, 150)), '089601');
  assert.equal(hex(text(2, 'testing')), '120774657374696e67');
  assert.equal(hex(bytes(3, integer(1, 150))), '1a03089601');
  assert.equal(hex(integers(6, [3, 270, 86942])), '3206038e029ea705');
});

test('numbers beyond 32 bits, zero and fixed numbers', () => {
  assert.equal(hex(integer(1, 0)), '0800');
  assert.equal(hex(integer(1, 2 ** 40)), '08808080808020');
  assert.equal(hex(float(2, 1)), '150000803f');
  assert.equal(hex(bytes(16, Buffer.alloc(0))), '820100');
});

test('what it cannot write is refused', () => {
  for (const value of [-1, 1.5, 2 ** 60]) assert.throws(() => integer(1, value), RangeError);
});
