import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitBatch } from '../../../core/hl7/batch.ts';
import { MAX_BATCH_MESSAGES } from '../../../core/hl7/limits.ts';

const texts = (text: string): string[] => splitBatch(Buffer.from(text)).map(String);

describe('batches', () => {
  it('FHS and BHS around messages are left out', () => {
    const a = 'MSH|^~\\&|A\rPID|1\r';
    const b = 'MSH|^~\\&|B\rPID|2\r';
    assert.deepEqual(texts(`FHS|^~\\&|x\rBHS|^~\\&|y\r${a}${b}BTS|2\rFTS|1\r`), [a, b]);
    assert.deepEqual(texts(`\ufeffBHS|^~\\&|y\n${a}BTS|1\n`), [a]);
    assert.deepEqual(texts(`BHS|^~\\&\r${a}BTS|1\rBHS|^~\\&\r${b}BTS|1\r`), [a, b]);
  });

  it('trailers without fields are left out, too', () => {
    const a = 'MSH|^~\\&|A\rPID|1\r';
    assert.deepEqual(texts(`FHS|^~\\&\r${a}BTS\rFTS`), [a]);
    assert.deepEqual(texts(`${a}FTSX|1\r`), [`${a}FTSX|1\r`]);
  });

  it('one message is not touched, and MSH within a line starts none', () => {
    const one = '\ufeffMSH|^~\\&|A\rOBX|1|TX|||see MSH|x\rMSHX\rNTE|1||MSH|\r';
    assert.deepEqual(texts(one), [one]);
    assert.deepEqual(texts('nothing'), ['nothing']);
    assert.deepEqual(texts(''), ['']);
  });

  it('too many messages are refused', () => {
    assert.equal(texts('MSH|^\r'.repeat(MAX_BATCH_MESSAGES)).length, MAX_BATCH_MESSAGES);
    assert.throws(() => texts('MSH|^\r'.repeat(MAX_BATCH_MESSAGES + 1)), { code: 'HL7_UNREADABLE' });
  });
});
