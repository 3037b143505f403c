import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  codeStreamSize,
  hasSeparateScans,
  isLuminanceChrominance,
} from '../../../core/vision/code-stream.ts';

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
      fc.constantFrom('ffd8', 'ff4fff51', 'ffd8ff'),
      (rest, start) => {
        const bytes = Buffer.concat([hex(start), rest]);
        codeStreamSize(bytes);
        hasSeparateScans(bytes);
        isLuminanceChrominance(bytes);
      },
    ),
  );
});
