import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeText } from '../../../core/hl7/charset.ts';

it('a syllable of code page 949 that the decoder lacks is U+FFFD, never a control character', () => {
  const text = decodeText('\u008cc\u00b9\u00e6', { label: 'euc-kr', contradicted: false });
  assert.equal(/[\u0080-\u009f]/.test(text), false);
  assert.ok(text.includes('\ufffd'));
});
