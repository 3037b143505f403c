import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMessage, textAt } from '../../../core/hl7/message.ts';
import { components, escapeText, headerSegment, segment } from '../../../simulator/hl7/hl7-writer.ts';

test('the five delimiters are escaped as HL7 v2.5.1 2.7.1 says', () => {
  assert.equal(escapeText('PA & LATERAL | ^ ~ \\'), 'PA \\T\\ LATERAL \\F\\ \\S\\ \\R\\ \\E\\');
  assert.equal(escapeText('a\rb'), 'a\\X0D\\b');
});

test('any text survives the way through the parser', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const header = headerSegment(['A', 'B', '', '', '', '', components('ORU', 'R01'), '1', 'T', '2.5.1']);
      const bytes = Buffer.from(`${header}${segment('OBX', ['1', 'TX', '', '', text])}`, 'utf8');
      assert.equal(textAt(parseMessage(bytes), 'OBX-5'), text);
    }),
  );
});

test('empty fields and components at the end are left out', () => {
  assert.equal(segment('PID', ['1', '', components('A', '', ''), '', '']), 'PID|1||A\r');
});
