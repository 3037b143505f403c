import assert from 'node:assert/strict';
import test from 'node:test';
import { encodingOf, readLength, readTag } from '../../../core/dicom/element-encoding.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';

test('every transfer syntax but two is explicit little endian', () => {
  const explicitLittle = { explicit: true, littleEndian: true };
  assert.deepEqual(encodingOf(TRANSFER_SYNTAX.IMPLICIT_LITTLE), { explicit: false, littleEndian: true });
  assert.deepEqual(encodingOf(TRANSFER_SYNTAX.EXPLICIT_LITTLE), explicitLittle);
  assert.deepEqual(encodingOf(TRANSFER_SYNTAX.EXPLICIT_BIG), { explicit: true, littleEndian: false });
  assert.deepEqual(encodingOf(TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE), explicitLittle);
  assert.deepEqual(encodingOf('1.2.840.10008.1.2.4.90'), explicitLittle);
});

test('a tag is two words, each in the byte order; a length is one', () => {
  const little = Buffer.from('e07f1000ffffffff', 'hex');
  const big = Buffer.from('7fe00010ffffffff', 'hex');
  for (const [bytes, littleEndian] of [
    [little, true],
    [big, false],
  ] as const) {
    assert.equal(readTag(bytes, 0, { littleEndian }), 0x7fe00010);
    assert.equal(readLength(bytes, 4, { littleEndian }), 0xffffffff);
  }
});
