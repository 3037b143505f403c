import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMessage, textAt } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { MSH, OBR, oru, PID, wire } from './messages.ts';

/** The six ways in which hl7-standard 1.0.4 loses report text without an error. None of them may ever come back. */
describe('report text that hl7-standard loses', () => {
  const textOf = (observation: string): string | undefined => reportsOf(oru(observation))[0]?.parts[0]?.text;

  it('1: an unescaped ampersand and what follows it', () => {
    assert.equal(textOf('OBX|1|TX|T||CHEST PA & LATERAL|'), 'CHEST PA & LATERAL');
    assert.equal(textOf('OBX|1|FT|T||HEAD ^ NECK & THORAX|'), 'HEAD ^ NECK & THORAX');
  });

  it('2: everything behind a repetition separator', () => {
    assert.equal(
      textOf('OBX|1|TX|T||FINDINGS:~Clear lungs.~~No effusion.|'),
      'FINDINGS:\nClear lungs.\n\nNo effusion.',
    );
  });

  it('3: other separators than those of MSH-1 and MSH-2', () => {
    const message = parseMessage(
      wire(
        'MSH#*!%$#RIS#CITY#X#Y#20260301101500##ORU*R01#C1#P#2.5',
        'OBR#1##F1*CITY',
        'OBX#1#TX#T##a|b^c & d%T%e',
      ),
    );
    assert.equal(textAt(message, 'MSH-9.2'), 'R01');
    assert.equal(textAt(message, 'OBR-3.2'), 'CITY');
    assert.equal(reportsOf(message)[0]?.parts[0]?.text, 'a|b^c & d$e');
  });

  it('4: escape sequences', () => {
    assert.equal(textOf('OBX|1|FT|T||A \\T\\ B\\.br\\C \\F\\ D|'), 'A & B\nC | D');
  });

  it('5: lines without a field separator', () => {
    const message = parseMessage(
      wire(MSH, PID, OBR, 'OBX|1|TX|T||first line', 'second line of the text||||||F'),
    );
    assert.equal(reportsOf(message)[0]?.parts[0]?.text, 'first line\nsecond line of the text');
    assert.equal(textAt(message, 'OBX-11'), 'F');
  });

  it('6: a message with CR segment ends and many bare line feeds in its text', () => {
    const text = Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n');
    const message = parseMessage(wire(MSH, PID, OBR, `OBX|1|TX|T||${text}||||||F`));
    assert.deepEqual(
      message.segments.map((segment) => segment.name),
      ['MSH', 'PID', 'OBR', 'OBX'],
    );
    assert.equal(reportsOf(message)[0]?.parts[0]?.text, text);
  });
});
