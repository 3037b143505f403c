import assert from 'node:assert/strict';
import { FragmentScanner } from '../../../core/dicomweb/fragment-scanner.ts';
import { readPixelData } from '../../../core/imaging/pixel-data.ts';
import { coded, roughly } from '../coded.ts';
import { chunked, insert } from '../mutate.ts';
import type { FuzzTarget, Mutation } from '../target.ts';

/** Explicit VR Little Endian, of undefined length. */
const PIXEL_DATA = Buffer.from('e07f10004f420000ffffffff', 'hex');

/** An item with a length that may lie. */
const item: Mutation = (input, random) => {
  const header = Buffer.from('feff00e000000000', 'hex');
  header.writeUInt32LE(random.pick([0, 1, 2, 3, 4, 8, 12, 0x7fffffff, 0xffffffff]), 4);
  return insert(
    input,
    Buffer.concat([header, Buffer.from(random.pick(['', 'ffd8', 'ff4f', 'ffd80000']), 'hex')]),
    random,
  );
};

/** An input is one byte for the number of frames, and what stands behind the header of Pixel Data. */
export const fragmentScanner: FuzzTarget = {
  name: 'fragment-scanner',
  tokens: [
    'feff00e000000000',
    'feff00e002000000ffd8',
    'feffdde000000000',
    'ffd8',
    'ff4f',
    '00000000',
    '0a000000',
  ].map((token) => Buffer.from(token, 'hex')),
  mutations: [item, item],
  realSeeds: async () => [],

  /** Any chunking finds the same places, and what lies there is what is read of the whole at once. */
  check(input, random) {
    const frames = (input[0] ?? 0) + 1;
    const bytes = input.subarray(1);
    const whole = scan([bytes], frames);
    assert.deepEqual(scan(chunked(bytes, random), frames), whole);
    if (!whole.done) return `${whole.code} cut off`;
    const other = coded(() =>
      readPixelData(Buffer.concat([PIXEL_DATA, bytes]), 0, { explicit: true, littleEndian: true }, frames),
    );
    assert.equal(whole.code, other.code);
    if (whole.places === null || other.value?.encapsulated !== true) return `${whole.code}`;
    const found = whole.places.map((places) =>
      Buffer.concat(places.map(({ at, length }) => bytes.subarray(at, at + length))).toString('latin1'),
    );
    assert.deepEqual(
      found,
      other.value.frames.map((frame) => frame.toString('latin1')),
    );
    return `${roughly(frames)} ${roughly(found.join('').length)} ${whole.places.some(({ length }) => length > 1)}`;
  },
};

function scan(chunks: Iterable<Buffer>, frames: number) {
  const scanner = new FragmentScanner(0);
  const { value: places, code } = coded(() => {
    for (const chunk of chunks) scanner.push(chunk);
    return scanner.frames(frames);
  });
  return { places, code, done: scanner.done };
}
