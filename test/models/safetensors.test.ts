import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_TENSOR_HEADER_BYTES } from '../../models/limits.ts';
import { readSafetensors, type Tensors, writeSafetensors } from '../../models/safetensors.ts';

const TENSORS: Tensors = new Map([
  ['zeta', { shape: [1], data: Float32Array.of(Math.PI) }],
  ['alpha/kernel', { shape: [2, 2], data: Float32Array.of(1, 2, 3, -4.5) }],
]);

/** `safetensors.numpy.save(tensors)` of the Python library 0.8.0, and the same with `metadata={'format': 'interleave'}` */
const PYTHON =
  'gAAAAAAAAAB7ImFscGhhL2tlcm5lbCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJ6ZXRhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMTYsMjBdfX0gIAAAgD8AAABAAABAQAAAkMDbD0lA';
const PYTHON_WITH_METADATA =
  'qAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJpbnRlcmxlYXZlIn0sImFscGhhL2tlcm5lbCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJ6ZXRhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMTYsMjBdfX0gICAAAIA/AAAAQAAAQEAAAJDA2w9JQA==';

test('the same tensors give the same bytes as the Python library', () => {
  assert.equal(writeSafetensors(TENSORS).toString('base64'), PYTHON);
});

test('what the Python library writes is read, whatever stands in its metadata', () => {
  for (const file of [PYTHON, PYTHON_WITH_METADATA])
    assert.deepEqual(
      new Map(readSafetensors(Buffer.from(file, 'base64'))),
      new Map([...TENSORS].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
});

test('every set of tensors comes back bit for bit, scalars and empty ones too', () => {
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
  const tensor = shape.chain((sizes) => {
    const length = sizes.reduce((a, b) => a * b, 1);
    return fc.record({
      shape: fc.constant(sizes),
      data: fc.float32Array({ minLength: length, maxLength: length }),
    });
  });
  const names = fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(names, tensor), (given) => {
      const back = readSafetensors(writeSafetensors(new Map(Object.entries(given))));
      assert.equal(back.size, Object.keys(given).length);
      for (const [name, { shape: sizes, data }] of Object.entries(given)) {
        assert.deepEqual(back.get(name)?.shape, sizes);
        assert.deepEqual(bytesOf(back.get(name)?.data), bytesOf(data));
      }
    }),
  );
});

test('what is cut off, overlaps, leaves a gap or holds other numbers is refused', () => {
  const whole = writeSafetensors(TENSORS);
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => readSafetensors(whole.subarray(0, length)), `cut off at ${length}`);
  assert.throws(() => readSafetensors(Buffer.concat([whole, Buffer.alloc(4)])), /belong to no tensor/);
  const entry = (dtype: string, from: number, to: number, shape: number[]) => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });
  for (const header of [
    { a: entry('F16', 0, 4, [2]) },
    { a: entry('F32', 0, 4, [2]) },
    { a: entry('F32', 4, 8, [1]) },
    { a: entry('F32', 0, 4, [-1]) },
    { a: entry('F32', 0, 4, [1]), b: entry('F32', 0, 4, [1]) },
    { a: entry('F32', 0, 1e300, [1]) },
    { a: null },
    [],
  ])
    assert.throws(() => readSafetensors(fileOf(header, 8)), JSON.stringify(header));
  const huge = Buffer.alloc(MAX_TENSOR_HEADER_BYTES + 16);
  huge.writeBigUInt64LE(BigInt(MAX_TENSOR_HEADER_BYTES + 1));
  assert.throws(() => readSafetensors(huge), /no safetensors file/);
});

test('random bytes never do more than fail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        readSafetensors(Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
  );
});

function fileOf(header: unknown, bytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(bytes)]);
}

function bytesOf(data: Float32Array | undefined): Buffer {
  assert.ok(data !== undefined);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
