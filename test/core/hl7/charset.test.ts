import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { characterSet } from '../../../core/hl7/character-sets.ts';
import { messageCharset } from '../../../core/hl7/charset.ts';
import { parseMessage, textAt } from '../../../core/hl7/message.ts';
import { MSH } from './messages.ts';

/** A message whose MSH-18 says `declared` and whose PID-2 holds these bytes. */
function pid2(declared: string, bytes: Buffer): string {
  const head = Buffer.from(`${MSH}||||||${declared}\rPID|1|`);
  return textAt(parseMessage(Buffer.concat([head, bytes, Buffer.from('\r')])), 'PID-2');
}

describe('character sets', () => {
  it('UTF-8, declared or not', () => {
    for (const declared of ['UNICODE UTF-8', '', 'ASCII', '8859/1', 'UTF-8'])
      assert.equal(pid2(declared, Buffer.from('Müller 3 µm ≥ 2 cm')), 'Müller 3 µm ≥ 2 cm');
  });

  it('ISO 8859-1, declared or not, with the quotes of Windows', () => {
    for (const declared of ['8859/1', '', 'ASCII', 'UNICODE UTF-8'])
      assert.equal(pid2(declared, Buffer.from('M\xfcller \x93x\x94', 'latin1')), 'Müller “x”');
  });

  it('other declared sets', () => {
    assert.equal(pid2('8859/2', Buffer.from([0xb1])), 'ą');
    assert.equal(pid2('8859/5', Buffer.from([0xb0])), 'А');
    assert.equal(pid2('GB 18030-2000', Buffer.from([0xd6, 0xd0])), '中');
    assert.equal(pid2('ISO IR87', Buffer.from('\x1b$B;3\x1b(B', 'latin1')), '山');
  });

  it('says when the bytes contradict MSH-18', () => {
    assert.deepEqual(messageCharset([characterSet('')], Buffer.from('plain')), {
      label: 'ascii',
      contradicted: false,
    });
    assert.deepEqual(messageCharset([characterSet('8859/1')], Buffer.from('ü')), {
      label: 'utf-8',
      contradicted: true,
    });
    assert.deepEqual(messageCharset([characterSet('UNICODE UTF-8')], Buffer.from('ü')), {
      label: 'utf-8',
      contradicted: false,
    });
    assert.deepEqual(messageCharset([characterSet('UNICODE UTF-8')], Buffer.from([0xfc])), {
      label: 'windows-1252',
      contradicted: true,
    });
  });
});
