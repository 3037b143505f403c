import assert from 'node:assert/strict';
import { test } from 'node:test';
import HL7 from 'hl7-standard';
import { parseMessage, textAt } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { MSH, OBR, PID } from './messages.ts';

test('a message that hl7-standard has changed and built says the same to both', () => {
  const peer = new HL7([MSH, PID, OBR, 'OBX|1|TX|T||The heart is of normal size.||||||P'].join('\r'));
  peer.transform();
  peer.set('OBR.3.1', 'F-2026-17');
  peer.set('OBX.11', 'F');
  const message = parseMessage(Buffer.from(peer.build(), 'utf8'));
  for (const path of ['MSH-10', 'OBX-11'] as const)
    assert.equal(textAt(message, path), peer.get(path.replace('-', '.')));
  assert.equal(textAt(message, 'OBR-3.1'), 'F-2026-17');
  assert.equal(reportsOf(message)[0]?.parts[0]?.text, 'The heart is of normal size.');
});
