import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf, InterleaveError } from '../../../core/errors.ts';
import { MAX_FRAGMENTS } from '../../../core/imaging/limits.ts';
import { type PixelData, readPixelData } from '../../../core/imaging/pixel-data.ts';

const EXPLICIT = { explicit: true, littleEndian: true };
const SOI = Buffer.from([0xff, 0xd8, 1]);
const MORE = Buffer.from([7, 7]);

test('native pixel data: the value, whole or as much as is there', () => {
  const bytes = Buffer.concat([Buffer.from('e07f10004f57000004000000', 'hex'), Buffer.from([1, 2, 3, 4, 9])]);
  assert.deepEqual(readPixelData(bytes, 0, EXPLICIT, 1), {
    encapsulated: false,
    value: Buffer.from([1, 2, 3, 4]),
    words: true,
  });
  const cut = readPixelData(bytes.subarray(0, 14), 0, EXPLICIT, 1) as { value: Buffer };
  assert.deepEqual(cut.value, Buffer.from([1, 2]));
  const implicit = Buffer.from('e07f1000020000000506', 'hex');
  const { value } = readPixelData(implicit, 0, { explicit: false, littleEndian: true }, 1) as {
    value: Buffer;
  };
  assert.deepEqual(value, Buffer.from([5, 6]));
});

test('one frame is all of its fragments', () => {
  assert.deepEqual(frames([SOI, MORE, MORE], 1), [Buffer.concat([SOI, MORE, MORE])]);
});

test('as many fragments as frames are one frame each', () => {
  assert.deepEqual(frames([MORE, SOI, MORE], 3), [MORE, SOI, MORE]);
});

test('several fragments a frame: by offset table, else by where code streams begin (PS3.5 A.4)', () => {
  const fragments = [MORE, MORE, MORE, SOI];
  assert.deepEqual(frames(fragments, 2, [0, 20]), [Buffer.concat([MORE, MORE]), Buffer.concat([MORE, SOI])]);
  assert.deepEqual(frames([SOI, MORE, SOI], 2), [Buffer.concat([SOI, MORE]), SOI]);
});

test('fragments that do not make up the frames, no fragments, another element', () => {
  for (const broken of [
    () => frames([MORE, MORE, MORE], 2),
    () => frames([], 1),
    () => readPixelData(Buffer.alloc(40), 0, EXPLICIT, 1),
    () => readPixelData(Buffer.from('e07f10004f42'), 0, EXPLICIT, 1),
  ])
    assert.throws(broken, (error) => codeOf(error) === 'IMAGE_UNDECODABLE');
});

test(`more than ${MAX_FRAGMENTS} fragments are refused`, () => {
  const items = Buffer.alloc(8 * (MAX_FRAGMENTS + 2), Buffer.from('feff00e000000000', 'hex'));
  const bytes = Buffer.concat([Buffer.from('e07f10004f420000ffffffff', 'hex'), items]);
  assert.throws(() => readPixelData(bytes, 0, EXPLICIT, 1), /too many fragments/);
});

test('any bytes end in frames or in a coded error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (random, count) => {
      const bytes = Buffer.concat([Buffer.from('e07f10004f420000ffffffff', 'hex'), random]);
      try {
        readPixelData(bytes, 0, EXPLICIT, count);
      } catch (error) {
        assert.ok(error instanceof InterleaveError);
      }
    }),
  );
});

function frames(fragments: Buffer[], count: number, offsets: number[] = []): Buffer[] {
  const table = Buffer.from(Uint32Array.from(offsets).buffer);
  const items = [table, ...fragments].map((data) => {
    const head = Buffer.from('feff00e000000000', 'hex');
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data]);
  });
  const end = Buffer.from('feffdde000000000', 'hex');
  const bytes = Buffer.concat([Buffer.from('e07f10004f420000ffffffff', 'hex'), ...items, end]);
  const data: PixelData = readPixelData(bytes, 0, EXPLICIT, count);
  assert.ok(data.encapsulated);
  return data.frames;
}
