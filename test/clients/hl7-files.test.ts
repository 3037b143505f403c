import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messagesIn } from '../../clients/hl7-files.ts';
import { frameMessage } from '../../core/hl7/frame.ts';

const A = 'MSH|^~\\&|A\rPID|1\r';
const B = 'MSH|^~\\&|B\rPID|2\r';
const texts = (file: string | Buffer): string[] =>
  messagesIn(Buffer.from(file as string)).map((message) => message.toString());

describe('files with HL7 messages', () => {
  it('one message, whatever its line ends', () => {
    assert.deepEqual(texts(A), [A]);
    assert.deepEqual(texts(A.replaceAll('\r', '\n')), [A.replaceAll('\r', '\n')]);
  });

  it('several messages, and batches without their envelope', () => {
    assert.deepEqual(texts(A + B), [A, B]);
    assert.deepEqual(texts(`FHS|^~\\&|x\rBHS|^~\\&|y\r${A}${B}BTS|2\rFTS|1\r`), [A, B]);
  });

  it('captures of MLLP frames', () => {
    const capture = Buffer.concat([
      frameMessage(Buffer.from(A)),
      Buffer.from('\n'),
      frameMessage(Buffer.from(B)),
    ]);
    assert.deepEqual(
      messagesIn(capture).map((message) => message.toString()),
      [A, B],
    );
  });

  it('logs with <SB>, <R> and <EB>, also blocks that hold no message', () => {
    const log =
      '2026-01-01|INFO|\n<SB>\nMSH|^~\\&|A<R>\nPID|1\nOBX|1<R>\n<EB><R>\n\n2026|x\n<SB>\nnonsense\n<EB>\n';
    assert.deepEqual(texts(log), ['MSH|^~\\&|A\rPID|1\nOBX|1\r', 'nonsense\n']);
  });

  it('what is no message comes as it is; an empty file gives nothing', () => {
    assert.deepEqual(texts('hello'), ['hello']);
    assert.deepEqual(texts(' \n'), []);
  });
});
