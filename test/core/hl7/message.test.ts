import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InterleaveError } from '../../../core/errors.ts';
import { MAX_SEGMENTS } from '../../../core/hl7/limits.ts';
import { parseMessage, rawField, repetitions, serialise, textAt, textIn } from '../../../core/hl7/message.ts';
import { MSH, parsed, wire } from './messages.ts';

describe('HL7 messages', () => {
  it('reads fields, repetitions, components and sub-components by path', () => {
    const message = parsed(MSH, 'PID|1||A^^^X&1.2&ISO^MR~B^^^Y^PI||Vogel^Anna', 'OBR|1||F1');
    assert.equal(textAt(message, 'MSH-1'), '|');
    assert.equal(textAt(message, 'MSH-2'), '^~\\&');
    assert.equal(textAt(message, 'MSH-3'), 'RIS');
    assert.equal(textAt(message, 'MSH-9.2'), 'R01');
    assert.equal(textAt(message, 'PID-3[2].4'), 'Y');
    assert.equal(textAt(message, 'PID-3.4.2'), '1.2');
    assert.equal(textAt(message, 'PID-3.5'), 'MR');
    assert.equal(textAt(message, 'PID-99'), '');
    assert.equal(textAt(message, 'ZZZ-1'), '');
    const pid = message.segments[1];
    assert.ok(pid);
    assert.deepEqual(repetitions(message, pid, 'PID-3.1'), ['A', 'B']);
    assert.equal(rawField(pid, 5), 'Vogel^Anna');
    assert.equal(textIn(message, pid, 'PID-5.2'), 'Anna');
  });

  it('the HL7 null is empty', () => assert.equal(textAt(parsed(MSH, 'PID|1|""'), 'PID-2'), ''));

  it('segments end with CR, LF, CRLF or a mixture, with blank lines and padding', () => {
    for (const end of ['\r', '\n', '\r\n', '\r\r\n', '\n\n']) {
      const bytes = Buffer.from([MSH, 'PID|1||A', 'OBR|1||F1'].join(end) + end);
      const message = parseMessage(bytes);
      assert.deepEqual(
        message.segments.map(({ raw }) => raw),
        [MSH, 'PID|1||A', 'OBR|1||F1'],
      );
      assert.deepEqual(serialise(message), bytes);
    }
    const mixed = parseMessage(Buffer.from(`\r\n ${MSH}\rPID|1||A\nOBR|1||F1\r\nPV1\0\0\0\r\0`));
    assert.deepEqual(
      mixed.segments.map(({ name }) => name),
      ['MSH', 'PID', 'OBR'],
    );
  });

  it('byte order mark in front, NULs behind', () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), wire(MSH, 'OBR|1||F1'), Buffer.alloc(3)]);
    const message = parseMessage(bytes);
    assert.equal(textAt(message, 'OBR-3'), 'F1');
    assert.deepEqual(serialise(message), bytes);
  });

  it('separators other than |^~\\&, also fewer of them', () => {
    const four = parseMessage(Buffer.from('MSH$%@?*$A$B%C*D$$$20260101$$ADT%A01$1$P$2.4\rPID$1$$X@Y%Z'));
    assert.deepEqual(four.delimiters, {
      field: '$',
      component: '%',
      repetition: '@',
      escape: '?',
      subcomponent: '*',
      truncation: '',
    });
    assert.equal(textAt(four, 'PID-3[2].2'), 'Z');
    assert.equal(textAt(four, 'MSH-4.2.2'), 'D');
    const two = parseMessage(Buffer.from('MSH|^|A|B|||20260101||ADT^A01|1|P|2.4\rPID|1||X~Y\\T\\Z'));
    assert.equal(textAt(two, 'PID-3'), 'X~Y\\T\\Z');
    assert.equal(parsed('MSH|^~\\&#|A', 'PID|1||X').delimiters.truncation, '#');
  });

  it('refuses what has no header, with a code', () => {
    const code = (bytes: string | Buffer): string => {
      try {
        parseMessage(Buffer.from(bytes as string));
        return 'none';
      } catch (error) {
        return error instanceof InterleaveError ? error.code : String(error);
      }
    };
    assert.equal(code(''), 'HL7_NO_MSH');
    assert.equal(code('Unparseable message'), 'HL7_NO_MSH');
    assert.equal(code('MSH'), 'HL7_NO_MSH');
    assert.equal(code('PID|1||A'), 'HL7_NO_MSH');
    assert.equal(code(Buffer.from(MSH, 'utf16le')), 'HL7_NO_MSH');
    assert.equal(code('MSHABCD|x'), 'HL7_UNREADABLE');
    assert.equal(code('MSH|0000|x'), 'HL7_UNREADABLE');
    assert.equal(code('MSH||A|B'), 'HL7_UNREADABLE');
    assert.equal(code(`${MSH}\r${'OBX|1\r'.repeat(MAX_SEGMENTS)}`), 'HL7_UNREADABLE');
    assert.equal(code(`${MSH}\r${'OBX|1\r'.repeat(MAX_SEGMENTS - 1)}`), 'none');
  });

  it('parse and serialise give identical bytes for anything with a header', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    const texty = fc
      .string({ unit: fc.constantFrom('\r', '\n', 'OBX|', 'PID|', '|', '^', '~', '\\', '&', 'é', '\0', 'a') })
      .map((text) => Buffer.from(text, 'latin1'));
    fc.assert(
      fc.property(fc.oneof(bytes, texty), fc.boolean(), (tail, mark) => {
        const head = Buffer.from(`${mark ? '\ufeff' : ''}MSH|^~\\&|A`);
        const whole = Buffer.concat([head, Buffer.from(tail)]);
        assert.deepEqual(serialise(parseMessage(whole)), whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it('arbitrary bytes give a message or a coded error, and every field can be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (tail, header) => {
        try {
          const message = parseMessage(Buffer.concat([Buffer.from(header ? 'MSH' : ''), Buffer.from(tail)]));
          for (const segment of message.segments)
            for (let field = 1; field < 6; field += 1) textIn(message, segment, `${'OBX'}-${field}.2.2`);
        } catch (error) {
          assert.ok(error instanceof InterleaveError, String(error));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
