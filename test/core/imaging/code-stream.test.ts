import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  codeStreamSize,
  hasSeparateScans,
  isLuminanceChrominance,
} from '../../../core/imaging/code-stream.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const SOF = 'ffc0 000b 08 0102 0304 01 011100';

test('the size that JPEG, JPEG-LS and JPEG 2000 say of themselves', () => {
  assert.deepEqual(codeStreamSize(hex(`ffd8 ffe0 0004 0000 ffff ${SOF.slice(2)}`)), {
    width: 0x304,
    height: 0x102,
  });
  assert.deepEqual(codeStreamSize(hex('ffd8 fff7 000b 08 0010 0020 01 011100')), { width: 32, height: 16 });
  const siz = 'ff4f ff51 0029 0000 00000105 00000203 00000001 00000002 00000000';
  assert.deepEqual(codeStreamSize(hex(siz)), { width: 0x104, height: 0x201 });
  assert.equal(codeStreamSize(hex('01000000 40000000')), null);
});

test('the size that JPEG XL says of itself, in each way to say it', () => {
  // Of a code stream each that the reference encoder made.
  assert.deepEqual(codeStreamSize(hex('ff0a c14150b4080804010074')), { width: 16, height: 8 });
  assert.deepEqual(codeStreamSize(hex('ff0a 30001880a0681108')), { width: 13, height: 7 });
  assert.deepEqual(codeStreamSize(hex('ff0a faf90141d1220802')), { width: 8000, height: 8000 });
  const ratios = [1, 2, 3, 4, 5, 6, 7].map((ratio) =>
    codeStreamSize(Buffer.from([0xff, 0x0a, ...small(29, ratio)])),
  );
  assert.deepEqual(
    ratios.map((size) => size?.width),
    [240, 288, 320, 360, 426, 300, 480],
  );
  const most = Buffer.concat([hex('ff0a'), Buffer.alloc(9, 0xff).fill(0xfe, 0, 1).fill(0xf1, 4, 5)]);
  assert.deepEqual(codeStreamSize(most), { width: 2 ** 30, height: 2 ** 30 });
  assert.equal(codeStreamSize(hex('ff0a fe')), null);
});

/** Height in eights less one, and the ratio, from the least significant bit. */
function small(eights: number, ratio: number): number[] {
  const bits = 1 + eights * 2 + ratio * 64;
  return [bits & 0xff, bits >> 8, 0];
}

test('the size of a code stream in a file format', () => {
  const siz = 'ff4f ff51 0029 0000 00000105 00000203 00000001 00000002 00000000';
  const jp2 = `0000000c 6a502020 0d0a870a 00000008 66747970 00000000 6a703263 ${siz}`;
  assert.deepEqual(codeStreamSize(hex(jp2)), { width: 0x104, height: 0x201 });
  const jxl = '0000000c 4a584c20 0d0a870a';
  assert.deepEqual(codeStreamSize(hex(`${jxl} 00000010 6a786c63 ff0a c14150b4`)), { width: 16, height: 8 });
  assert.deepEqual(codeStreamSize(hex(`${jxl} 00000014 6a786c70 80000000 ff0a c14150b4`)), {
    width: 16,
    height: 8,
  });
  assert.deepEqual(codeStreamSize(hex(`${jxl} 00000001 6a786c63 0000000000000018 ff0a c14150b4`)), {
    width: 16,
    height: 8,
  });
  for (const broken of [jxl, `${jxl} 00000000 66747970 ff0ac141`, `${jxl} 00000010 6a786c63`])
    assert.equal(codeStreamSize(hex(broken)), null);
});

test('a code stream behind many boxes is not looked for', () => {
  const empty = hex('00000008 66726565');
  const behind = (boxes: number) =>
    Buffer.concat([...Array.from({ length: boxes }, () => empty), hex('00000010 6a786c63 ff0a c14150b4')]);
  assert.deepEqual(codeStreamSize(behind(63)), { width: 16, height: 8 });
  assert.equal(codeStreamSize(behind(64)), null);
});

test('whether a JPEG is luminance and chrominance: JFIF, Adobe, or nothing said', () => {
  assert.equal(isLuminanceChrominance(hex('ffd8 ffe0 0010 4a464946 00 01010000010001 0000')), true);
  assert.equal(isLuminanceChrominance(hex('ffd8 ffee 000e 41646f6265 0064 0000 0000 01')), true);
  assert.equal(isLuminanceChrominance(hex('ffd8 ffee 000e 41646f6265 0064 0000 0000 00')), false);
  assert.equal(isLuminanceChrominance(hex(`ffd8 ${SOF}`)), null);
});

test('whether each component has a scan of its own', () => {
  assert.equal(hasSeparateScans(hex('ffd8 ffda 0008 01 0100 000000')), true);
  assert.equal(hasSeparateScans(hex('ffd8 ffda 000c 03 0100 0200 0300 000100')), false);
});

test('any bytes give an answer', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom('ffd8', 'ff4fff51', 'ffd8ff', 'ff0a', '0000000c', '0000000a6a786c63'),
      (rest, start) => {
        const bytes = Buffer.concat([hex(start), rest]);
        codeStreamSize(bytes);
        hasSeparateScans(bytes);
        isLuminanceChrominance(bytes);
      },
    ),
  );
});
