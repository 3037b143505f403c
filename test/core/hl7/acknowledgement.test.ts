import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ERRORS, type ErrorCode } from '../../../core/errors.ts';
import {
  buildAcknowledgement,
  parseAcknowledgement,
  readAnsweredHeader,
} from '../../../core/hl7/acknowledgement.ts';
import { MSH, parsed, wire } from './messages.ts';

const ANSWER = { controlId: 'N1', at: Date.UTC(2026, 2, 1, 12) };

function answer(msh: string, outcome: ErrorCode | null): string | null {
  return (
    buildAcknowledgement(readAnsweredHeader(wire(msh, 'PID|1')), outcome, ANSWER)?.toString('latin1') ?? null
  );
}

const code = (msh: string, outcome: ErrorCode | null): string | null => {
  const built = answer(msh, outcome);
  return built === null ? null : parseAcknowledgement(Buffer.from(built)).code;
};

describe('acknowledgements', () => {
  it('original mode: AA with the header swapped', () => {
    assert.equal(
      answer(MSH, null),
      'MSH|^~\\&|INTERLEAVE|LAB|RIS|CITY|20260301120000+0000||ACK^R01^ACK|N1|P|2.5.1\rMSA|AA|C1\r',
    );
  });

  it('an error says its code of table 0357, our code and a sentence', () => {
    assert.equal(
      answer(MSH, 'HL7_REQUIRED_FIELD_MISSING')?.split('\r').slice(1).join('\n'),
      'MSA|AE|C1|A field that is needed is empty.\n' +
        'ERR|||101^Required field missing^HL70357|E|HL7_REQUIRED_FIELD_MISSING^^INTERLEAVE|||A field that is needed is empty.\n',
    );
  });

  it('the table: original and enhanced mode', () => {
    const enhanced = `${MSH}|||AL|NE`;
    const table: [ErrorCode | null, string, string, string][] = [
      [null, 'AA', 'CA', ''],
      ['HL7_CONTROL_ID_REUSED', 'AE', 'CE', '205'],
      ['HL7_REQUIRED_FIELD_MISSING', 'AE', 'CE', '101'],
      ['HL7_NO_MSH', 'AR', 'CR', '100'],
      ['HL7_UNREADABLE', 'AR', 'CR', '100'],
      ['HL7_FRAME_TOO_LARGE', 'AR', 'CR', '207'],
      ['EVENT_TOO_LARGE', 'AR', 'CR', '207'],
      ['HL7_TYPE_UNSUPPORTED', 'AR', 'CR', '200'],
      ['HL7_VERSION_UNSUPPORTED', 'AR', 'CR', '203'],
      ['HL7_PROCESSING_ID_REFUSED', 'AR', 'CR', '202'],
      ['KAFKA_UNAVAILABLE', 'AR', 'CE', '207'],
      ['OBJECT_STORE_FULL', 'AR', 'CE', '207'],
      ['INTERNAL', 'AE', 'CE', '207'],
    ];
    for (const [outcome, original, accept, condition] of table) {
      assert.equal(code(MSH, outcome), original, String(outcome));
      assert.equal(code(enhanced, outcome), accept, String(outcome));
      const read = parseAcknowledgement(Buffer.from(answer(MSH, outcome) ?? ''));
      assert.equal(read.errorCode, condition);
      assert.equal(read.applicationCode, outcome ?? '');
      assert.equal(read.controlId, 'C1');
      assert.equal(read.accepted, outcome === null);
      assert.equal(read.text, outcome === null ? '' : ERRORS[outcome][1]);
    }
  });

  it('MSH-15 and MSH-16 say when an answer is wanted', () => {
    const cases: [string, string | null, string | null][] = [
      ['AL|', 'CA', 'CR'],
      ['ER|', null, 'CR'],
      ['SU|', 'CA', null],
      ['NE|', null, null],
      ['NE|NE', null, null],
      ['NE|AL', 'AA', 'AR'],
      ['|AL', 'AA', 'AR'],
      ['|ER', null, 'AR'],
      ['AL|AL', 'CA', 'CR'],
      ['yes|', 'CA', 'CR'],
    ];
    for (const [fields, good, bad] of cases) {
      assert.equal(code(`${MSH}|||${fields}`, null), good, fields);
      assert.equal(code(`${MSH}|||${fields}`, 'HL7_UNREADABLE'), bad, fields);
    }
  });

  it('in the separators of the sender', () => {
    const odd = 'MSH#*!%$#RIS#CITY#X#Y#20260301101500##ORU*R01#C1#T#2.4';
    assert.equal(
      answer(odd, 'KAFKA_UNAVAILABLE'),
      'MSH#*!%$#X#Y#RIS#CITY#20260301120000+0000##ACK*R01*ACK#N1#T#2.4\r' +
        'MSA#AR#C1#Kafka did not answer in time.\r' +
        'ERR###207*Application internal error*HL70357#E#KAFKA_UNAVAILABLE**INTERLEAVE###Kafka did not answer in time.\r',
    );
    assert.equal(parseAcknowledgement(Buffer.from(answer(odd, null) ?? '')).code, 'AA');
  });

  it('version 2.3 has no message structure in MSH-9', () => {
    assert.match(answer(MSH.replace('2.5.1', '2.3'), null) ?? '', /\|ACK\^R01\|/);
  });

  it('without a header that can be read it still answers', () => {
    const built = buildAcknowledgement(readAnsweredHeader(Buffer.from('nonsense')), 'HL7_NO_MSH', ANSWER);
    assert.match(
      built?.toString() ?? '',
      /^MSH\|\^~\\&\|\|\|\|\|20260301120000\+0000\|\|ACK\|N1\|P\|2\.5\.1\rMSA\|AR\|\|/,
    );
  });

  it('the header is read from a message that is cut off or broken behind it', () => {
    assert.equal(readAnsweredHeader(Buffer.from(`${MSH}\rOBX|1|TX|`))?.msh.raw, MSH);
    assert.equal(readAnsweredHeader(Buffer.from('MSH|0000|A')), null);
  });

  it('nothing that it repeats of a message ends its line or its frame', () => {
    assert.match(
      answer(`${MSH.replace('C1', 'C1\u001c')}${'|'.repeat(6)}ASCII\u001c`, null) ?? '',
      /\|ASCII\rMSA\|AA\|C1\r$/,
    );
    const hostile = fc.array(fc.constantFrom('A', '7', '^', '~', '\\', '\u000b', '\u001c', '\r', '\n'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 18, maxLength: 18 }), (values) => {
        const fields = values.map((chars, n) => (n === 12 || n === 13 ? '' : chars.join('')));
        const raw = ['MSH', '^~\\&', ...fields].join('|');
        const { delimiters } = parsed(MSH);
        const msh = { name: 'MSH', raw, terminator: '\r', separator: '|', fields: null };
        for (const outcome of [null, 'HL7_UNREADABLE'] as const) {
          const built = buildAcknowledgement({ delimiters, msh }, outcome, ANSWER)?.toString('latin1') ?? '';
          assert.doesNotMatch(built, /[\n\v\u001c]/);
          const names = outcome === null ? ['MSH', 'MSA', ''] : ['MSH', 'MSA', 'ERR', ''];
          assert.deepEqual(
            built.split('\r').map((line) => line.slice(0, 3)),
            names,
          );
        }
      }),
    );
  });

  it('an answer that is none has no code', () => {
    assert.equal(parseAcknowledgement(Buffer.from('hello')).code, '');
    assert.equal(parseAcknowledgement(wire(MSH, 'MSA|OK|C1')).code, '');
  });
});
