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

  it('what a text says on a line of its own is neither a header nor a trailer', () => {
    for (const end of ['\r', '\n', '\r\n'])
      for (const line of [
        'BHS',
        'FTS',
        'BTS',
        'FHS',
        'MSH',
        'MSH: old',
        'BTS-3',
        'MSH||||||F',
        'BTS||||||F',
      ]) {
        const one = `MSH|^~\\&|A${end}OBX|1|TX|A||One\n${line}\nOBX|2|TX|A||Two.||||||F${end}`;
        assert.deepEqual(texts(one), [one]);
      }
  });

  it('messages whose segments end in their own ways are told apart', () => {
    const a = 'MSH|^~\\&|A\rPID|1\rOBX|1|TX|A||One\nCXR\nTwo||||||F\r';
    const b = 'MSH$%~\\&$B\nPID$1\nOBX$1$TX$A$$Three\n';
    const c = 'MSH|^~\\&|C\r\nPID|3';
    assert.deepEqual(texts(`FHS|^~\\&\r\nBHS|^~\\&\n${a}${b}\n${c}\nBTS|3\r\nFTS|1\n\0\0`), [
      a,
      `${b}\n`,
      `${c}\n`,
    ]);
    assert.deepEqual(texts(`${a.slice(0, -1)}\n${c}`), [`${a.slice(0, -1)}\n`, c]);
  });

  it('too many messages are refused', () => {
    assert.equal(texts('MSH|^\r'.repeat(MAX_BATCH_MESSAGES)).length, MAX_BATCH_MESSAGES);
    assert.throws(() => texts('MSH|^\r'.repeat(MAX_BATCH_MESSAGES + 1)), { code: 'HL7_UNREADABLE' });
  });
});
