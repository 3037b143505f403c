import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { codeOf } from '../../../core/errors.ts';
import { MAX_CODEC_BYTES, MAX_INFLATED_BYTES } from '../../../core/imaging/codec-limits.ts';
import { type DecodedFrame, decode } from '../../../core/imaging/decode.ts';
import type { DisplayImage } from '../../../core/imaging/display-image.ts';
import { MAX_FRAME_PIXELS, MAX_READ_FRAMES } from '../../../core/imaging/limits.ts';
import type { Item } from '../dicom/data-set-builder.ts';
import { buildImage, encapsulate, header } from './build-image.ts';

const PIXELS = Buffer.from(Uint16Array.of(0, 1024, 2048, 4095).buffer);
const SHOWN = [0, 64, 128, 255];

describe('native pixel data', () => {
  it('is shown through its window', async () => {
    assert.deepEqual(await only(buildImage(2, 2, PIXELS)), image(2, 2, SHOWN));
  });

  it('takes the window of a frame from its functional group (PS3.3 C.7.6.16.2.10)', async () => {
    const group = (centre: string): Item => [
      [
        0x00289132,
        'SQ',
        [
          [
            [0x00281050, 'DS', centre],
            [0x00281051, 'DS', '1'],
          ],
        ],
      ],
    ];
    const frames = await all(
      buildImage(1, 2, PIXELS, [
        [0x00280008, 'IS', '2'],
        [0x52009229, 'SQ', [group('1000')]],
        [0x52009230, 'SQ', [group('1'), group('4000')]],
      ]),
    );
    assert.deepEqual(
      frames.map(({ frame, image }) => [frame, ...image.data]),
      [
        [1, 0, 255],
        [2, 0, 255],
      ],
    );
  });

  it('of many frames is read in part', async () => {
    const frames = await all(buildImage(1, 1, Buffer.alloc(40), [[0x00280008, 'IS', '20']]));
    assert.equal(frames.length, MAX_READ_FRAMES);
  });

  it('of many frames gives those that are asked for, and decodes no other', async () => {
    const pixels = Buffer.alloc(40);
    for (let frame = 1; frame <= 20; frame++) pixels.writeUInt16LE(200 * frame, 2 * (frame - 1));
    const whole = buildImage(1, 1, pixels, [[0x00280008, 'IS', '20']]);
    const decoded = async (object: Buffer, frames: number[]) => {
      const shown: number[] = [];
      for await (const one of decode(object, frames)) shown.push(one.frame, one.image.data[0] ?? -1);
      return shown;
    };
    const [, seventh, , twentieth] = await decoded(whole, [7, 20]);
    assert.ok((seventh ?? 0) < (twentieth ?? 0));
    // Cut off behind the seventh frame: nothing of the others is looked at.
    assert.deepEqual(await decoded(whole.subarray(0, -26), [7]), [7, seventh]);
    await assert.rejects(decoded(whole, [21]), (error) => codeOf(error) === 'IMAGE_UNDECODABLE');
  });

  it('in a deflated data set', async () => {
    const plain = buildImage(2, 2, PIXELS);
    const deflated = deflateRawSync(plain.subarray(header(TRANSFER_SYNTAX.EXPLICIT_LITTLE).length));
    const bytes = Buffer.concat([header(TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE), deflated]);
    assert.deepEqual(await only(bytes), image(2, 2, SHOWN));
  });
});

describe('what cannot be read has a code', () => {
  const US = (tag: number, value: number): Item => [[tag, 'US', value]];
  const jpeg2000 = (width: number) => {
    const siz = Buffer.from(
      'ff4fff5100290000000000000000000200000000000000000000000000000000000000000001',
      'hex',
    );
    siz.writeUInt32BE(width, 8);
    return siz;
  };
  const bomb = deflateRawSync(Buffer.alloc(MAX_INFLATED_BYTES + 1));

  const cases: [string, string, Buffer][] = [
    ['no Part 10 header', 'DICOM_DATA_SET_UNREADABLE', Buffer.from('no DICOM')],
    ['no pixel data', 'IMAGE_NO_PIXELS', header(TRANSFER_SYNTAX.EXPLICIT_LITTLE)],
    ['no rows', 'IMAGE_NO_PIXELS', buildImage(0, 2, PIXELS)],
    ['fewer pixels than it says', 'IMAGE_UNDECODABLE', buildImage(3, 2, PIXELS)],
    ['four samples per pixel', 'IMAGE_UNDECODABLE', buildImage(1, 1, PIXELS, US(0x00280002, 4))],
    ['24 bits allocated', 'IMAGE_UNDECODABLE', buildImage(1, 1, PIXELS, US(0x00280100, 24))],
    ['more bits stored than allocated', 'IMAGE_UNDECODABLE', buildImage(1, 1, PIXELS, US(0x00280101, 17))],
    [
      'a palette image without palette',
      'IMAGE_UNDECODABLE',
      buildImage(1, 1, PIXELS, [[0x00280004, 'CS', 'PALETTE COLOR']]),
    ],
    ['video', 'IMAGE_TRANSFER_SYNTAX_UNSUPPORTED', encapsulate('1.2.840.10008.1.2.4.102', 2, 2, PIXELS)],
    [
      'no code stream',
      'IMAGE_UNDECODABLE',
      encapsulate('1.2.840.10008.1.2.4.90', 2, 2, Buffer.from('nothing')),
    ],
    [
      'a code stream of another size',
      'IMAGE_UNDECODABLE',
      encapsulate('1.2.840.10008.1.2.4.90', 2, 2, jpeg2000(60_000)),
    ],
    [
      'a code stream that breaks off',
      'IMAGE_UNDECODABLE',
      encapsulate('1.2.840.10008.1.2.4.90', 2, 2, jpeg2000(2)),
    ],
    [`more than ${MAX_FRAME_PIXELS} pixels`, 'IMAGE_TOO_LARGE', buildImage(65_535, 65_535, PIXELS)],
    [
      `more than ${MAX_INFLATED_BYTES} bytes when inflated`,
      'DICOM_DATA_SET_UNREADABLE',
      Buffer.concat([header(TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE), bomb]),
    ],
  ];
  for (const [what, code, bytes] of cases)
    it(what, async () => {
      await assert.rejects(all(bytes), (error) => {
        assert.equal(codeOf(error), code);
        return true;
      });
    });

  it('before a decoder makes room for what a JPEG XL code stream says', async () => {
    // FF 0A and a SizeHeader of 8000 × 8000, with nothing behind it.
    const says = encapsulate('1.2.840.10008.1.2.4.110', 2, 2, Buffer.from('ff0afaf90141d122', 'hex'));
    await assert.rejects(all(says), { code: 'IMAGE_UNDECODABLE', message: /another size/ });
    const saysNothing = encapsulate('1.2.840.10008.1.2.4.112', 2, 2, Buffer.from('ff0a', 'hex'));
    await assert.rejects(all(saysNothing), { code: 'IMAGE_UNDECODABLE', message: /no size/ });
  });

  it('before a decoder reads RLE segments where there are none', async () => {
    const frame = (count: number, starts: number[], segments: Buffer) => {
      const head = Buffer.alloc(64);
      for (const [i, start] of [count, ...starts].entries()) head.writeUInt32LE(start, i * 4);
      return encapsulate('1.2.840.10008.1.2.5', 2, 2, Buffer.concat([head, segments]));
    };
    const run = Buffer.from('fd00', 'hex');
    const whole = frame(2, [64, 66], Buffer.concat([run, run]));
    assert.deepEqual((await only(whole))?.data.length, 4);
    const broken: [Buffer, RegExp][] = [
      [encapsulate('1.2.840.10008.1.2.5', 2, 2, Buffer.alloc(10)), /no RLE header/],
      [frame(1, [64], run), /another number/],
      [frame(0x7fffffff, [64, 66], run), /another number/],
      [frame(2, [64, 0xfffffff0], run), /outside/],
      [frame(2, [66, 64], Buffer.concat([run, run])), /outside/],
      [frame(2, [0, 64], run), /outside/],
      [frame(2, [64, 66], run), /fewer pixels/],
    ];
    for (const [bytes, message] of broken)
      await assert.rejects(all(bytes), { code: 'IMAGE_UNDECODABLE', message });
  });

  it('before a decoder makes room for pixels that a few RLE runs cannot be', async () => {
    const head = Buffer.alloc(64);
    for (const [i, value] of [2, 64, 66].entries()) head.writeUInt32LE(value, i * 4);
    const frame = Buffer.concat([head, Buffer.from('81008100', 'hex')]);
    await assert.rejects(all(encapsulate('1.2.840.10008.1.2.5', 129, 1, frame)), { message: /fewer pixels/ });
    assert.equal((await only(encapsulate('1.2.840.10008.1.2.5', 128, 1, frame)))?.data.length, 128);
  });

  it('and the memory of the codecs ends where their module says', async () => {
    const module = createRequire(import.meta.url).resolve('dcmjs-codecs');
    const wasm = await readFile(join(dirname(module), 'dcmjs-native-codecs.wasm'));
    assert.equal(mostPages(wasm) * 65_536, MAX_CODEC_BYTES);
  });

  it('and the codec reads the next image', async () => {
    await assert.rejects(all(encapsulate('1.2.840.10008.1.2.4.90', 2, 2, jpeg2000(2))));
    // RLE Lossless (PS3.5 G): one segment, a literal run of four bytes.
    const rle = Buffer.concat([
      Buffer.from('0100000040000000', 'hex'),
      Buffer.alloc(56),
      Buffer.from('030a141e2800', 'hex'),
    ]);
    const eightBits: Item = [...US(0x00280100, 8), ...US(0x00280101, 8), ...US(0x00280102, 7)];
    const window: Item = [
      [0x00281050, 'DS', '128'],
      [0x00281051, 'DS', '256'],
    ];
    const bytes = encapsulate('1.2.840.10008.1.2.5', 2, 2, rle, [...eightBits, ...window]);
    assert.deepEqual(await only(bytes), image(2, 2, [10, 20, 30, 40]));
  });
});

/** Of the memory section of a WebAssembly module (core specification 5.5.8): its maximum, in pages. */
function mostPages(wasm: Buffer): number {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < wasm.length) {
    const section = number();
    const end = number() + at;
    if (section === 5) {
      const [memories, hasMost, least, most] = [number(), number(), number(), number()];
      assert.deepEqual([memories, hasMost, least <= most], [1, 1, true]);
      return most;
    }
    at = end;
  }
  return assert.fail('It has no memory section.');
}

function image(width: number, height: number, data: number[]): DisplayImage {
  return { width, height, channels: 1, data: Uint8Array.from(data) };
}

async function all(bytes: Buffer): Promise<DecodedFrame[]> {
  const frames: DecodedFrame[] = [];
  for await (const frame of decode(bytes)) frames.push(frame);
  return frames;
}

async function only(bytes: Buffer): Promise<DisplayImage | undefined> {
  const frames = await all(bytes);
  assert.equal(frames.length, 1);
  return frames[0]?.image;
}
