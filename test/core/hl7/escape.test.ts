import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { STANDARD_DELIMITERS } from '../../../core/hl7/delimiters.ts';
import { escapeText, unescapeText } from '../../../core/hl7/escape.ts';
import { textAt } from '../../../core/hl7/message.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { MSH, parsed } from './messages.ts';

const resolved = (text: string): string => unescapeText(text, STANDARD_DELIMITERS);

describe('escape sequences', () => {
  it('delimiters', () => assert.equal(resolved('\\F\\\\S\\\\T\\\\R\\\\E\\'), '|^&~\\'));

  it('line ends and spaces', () => {
    assert.equal(resolved('a\\.br\\b\\.sp\\c\\.sp2\\d\\.ce\\e'), 'a\nb\nc\n\nd\ne');
    assert.equal(resolved('a\\.sk3\\b\\.in+4\\c\\.ti-2\\d\\.fi\\e\\.nf\\f'), 'a   bcdef');
  });

  it('highlighting has no text', () => assert.equal(resolved('a \\H\\bold\\N\\ word'), 'a bold word'));

  it('hexadecimal data are bytes of the character set', () => {
    assert.equal(resolved('a\\X0D0A\\b'), 'a\r\nb');
    assert.equal(textAt(parsed(`${MSH}||||||UNICODE UTF-8`, 'PID|1|M\\XC3BC\\ller'), 'PID-2'), 'Müller');
    assert.equal(textAt(parsed(MSH, 'PID|1|Größe M\\XC3BC\\ller'), 'PID-2'), 'Größe Müller');
  });

  it('line ends that were damaged on the way are line ends: escaped twice, in lower case, two bytes wide', () => {
    for (const end of [
      '\\E\\.br\\E\\',
      '\\E\\X0D0A\\E\\',
      '\\E\\X0a\\E\\',
      '\\x0d\\\\x0a\\',
      '\\X000d\\\\X000a\\',
      '\\X000D000A\\',
    ])
      assert.equal(
        resolved(`No pneumothorax${end}Small effusion`).replace(/\r\n?/g, '\n'),
        'No pneumothorax\nSmall effusion',
        end,
      );
    assert.equal(resolved('C:\\E\\scans\\E\\old'), 'C:\\scans\\old');
  });

  it('what is unknown, not closed or malformed stays as it is', () => {
    for (const text of [
      '\\Q\\',
      'a\\b',
      '\\',
      '\\\\',
      '\\X0\\',
      '\\XZZ\\',
      '\\.xx\\',
      '\\C2842\\',
      'C:\\scans\\old',
      '\\Zdd\\',
    ])
      assert.equal(resolved(text), text);
    assert.equal(resolved('C:\\scans\\T\\old'), 'C:\\scans&old');
  });

  it('escape and back gives the same text, line ends as \\n', () => {
    const text = fc
      .string({
        unit: fc.constantFrom('|', '^', '&', '~', '\\', '\n', 'a', 'T', 'é', '.br'),
        maxLength: 40,
      })
      // A line end that was escaped twice on its way is read as a line end, on purpose.
      .filter((given) => !given.includes('\\.br\\'));
    fc.assert(
      fc.property(text, (given) => assert.equal(resolved(escapeText(given, STANDARD_DELIMITERS)), given)),
    );
  });

  it('a long row of escape characters takes linear time', () => {
    const started = cpuMs();
    resolved('\\x'.repeat(500_000));
    assert.ok(cpuMs() - started < 3_000);
  });
});
