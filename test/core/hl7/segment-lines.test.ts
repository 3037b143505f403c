import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { splitBatch } from '../../../core/hl7/batch.ts';
import { parseMessage, serialise, textAt } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { MSH, OBR, only, PID } from './messages.ts';

const TAIL = '||||||F';

function names(text: string): string[] {
  return parseMessage(Buffer.from(text)).segments.map(({ name }) => name);
}

/** What a reader sees of a message with one report. */
function read(text: string): { text: string; status: string } {
  const bytes = Buffer.from(text);
  const message = parseMessage(bytes);
  assert.deepEqual(serialise(message), bytes);
  const { parts, status } = only(reportsOf(message));
  return { text: parts.map((part) => part.text).join('\n'), status };
}

/** An ORU whose segments end with `end` and whose OBX-5 holds `lines` with `within` between them. */
function report(end: string, within: string, lines: string[], tail = TAIL): string {
  const segments = [
    MSH,
    PID,
    OBR,
    `OBX|1|TX|A^B||${lines.join(within)}${tail}`,
    `OBX|2|TX|A^B||Mild cardiomegaly.${tail}`,
  ];
  return segments.join(end) + end;
}

const LINES = ['PORTABLE', 'CXR', 'Moderate right effusion.', 'ICU', 'PID', 'Tube 4 cm above.', 'NAD', 'PDA'];

describe('where segments end', () => {
  it('a line of three capitals is text, whatever ends a segment and whatever ends a line of the text', () => {
    for (const end of ['\r', '\r\n', '\n'])
      for (const within of ['\n', '\r\n', '\r', '\n\n'])
        for (let count = 1; count <= LINES.length; count += 1) {
          const lines = LINES.slice(0, count);
          const seen = read(report(end, within, lines));
          const expected = [...lines.join('\n').split('\n'), 'Mild cardiomegaly.'].join('\n');
          assert.equal(seen.text.replace(/\n+/g, '\n'), expected, JSON.stringify({ end, within, count }));
          assert.equal(seen.status, 'FINAL');
        }
  });

  it('without fields behind the text, too', () => {
    for (const end of ['\r', '\r\n', '\n'])
      for (const within of ['\n', '\r\n', '\r'])
        assert.equal(
          read(report(end, within, LINES, '')).text,
          [...LINES, 'Mild cardiomegaly.'].join('\n'),
          JSON.stringify({ end, within }),
        );
  });

  it('any text without separators comes back whole', () => {
    const word = fc.constantFrom(
      'CXR',
      'PID',
      'OBX',
      'MSH',
      'BTS',
      'ZZZ',
      'A1C',
      'No effusion',
      'x',
      'NTE: a',
      '1',
    );
    const end = fc.constantFrom('\r', '\r\n', '\n');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), end, end, (lines, own, within) => {
        const text = report(own, within, lines);
        assert.equal(read(text).text, [...lines, 'Mild cardiomegaly.'].join('\n'));
        assert.deepEqual(splitBatch(Buffer.from(text)).map(String), [text]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a line end in another text field is text, too', () => {
    for (const [end, within] of [
      ['\r', '\n'],
      ['\n', '\n'],
      ['\r\n', '\r'],
    ]) {
      const note = `NTE|1||Read with${within}MRI${within}of May.`;
      const obr = `OBR|1||F1|CH^Chest|||20260301090000||||||Cough${within}CXR${within}fever|||||ACC1018||||20260301101000|||F`;
      const message = parseMessage(
        Buffer.from([MSH, PID, obr, 'OBX|1|TX|A||Clear.||||||F', note, 'ZXX|1'].join(end)),
      );
      assert.deepEqual(
        message.segments.map(({ name }) => name),
        ['MSH', 'PID', 'OBR', 'OBX', 'NTE', 'ZXX'],
      );
      const { accessions, status } = only(reportsOf(message));
      assert.deepEqual([accessions[0]?.value, status], ['ACC1018', 'FINAL']);
      assert.equal(textAt(message, 'OBR-13'), `Cough${within}CXR${within}fever`);
      assert.equal(textAt(message, 'NTE-3'), `Read with${within}MRI${within}of May.`);
    }
  });

  it('text with line feeds and field separators comes back whole where segments end with CR', () => {
    for (const said of [
      'Table\nRUL|4 mm nodule|new\nLLL|effusion|stable\nT12 fracture | old',
      'Liver normal\nSIZE|5 mm nodule\nRib fracture.',
      'Liver normal\nSIZE|5 mm nodule',
      'Seen on levels\nAL1|AL2|AL3 normal\nRib fracture.\nDG1 zone: ok',
      'FINDINGS: first line\nOBX lookalike line two\nNTE|is that a segment?\nIMPRESSION:\nRib fracture.\n\nNo pneumothorax.',
    ])
      for (const tail of ['', TAIL, `${TAIL}|||20260301101000`]) {
        const lines = [MSH, PID, OBR, `OBX|1|TX|A||${said}${tail}`, 'OBX|2|TX|A||Last.||||||F'];
        assert.equal(read(lines.join('\r')).text, `${said}\nLast.`);
      }
    const one = [MSH, PID, OBR, 'OBX|1|TX|A||T12 fracture | old||||||F'].join('\r');
    assert.equal(read(one).text, 'T12 fracture | old');
    const note = [MSH, PID, OBR, 'OBX|1|TX|A||Clear.||||||F', 'NTE|1||Old: a\nb | c\nd'].join('\r');
    assert.equal(textAt(parseMessage(Buffer.from(note)), 'NTE-3'), 'Old: a\nb | c\nd');
  });

  it('a line that text tore from its status is still withdrawn by it', () => {
    const torn = 'OBX|1|TX|A||Nodule\nRUL|4 mm\nnew||||||W';
    const message = parseMessage(Buffer.from([MSH, PID, OBR, torn].join('\r')));
    assert.equal(textAt(message, 'OBX-11'), 'W');
  });

  it('units and ranges of a text are none of it', () => {
    const line = 'OBX|1|ST|A||12\n13|mm|10-20|N|||F';
    const message = parseMessage(Buffer.from([MSH, PID, OBR, line].join('\r')));
    assert.equal(textAt(message, 'OBX-5'), '12\n13');
    assert.equal(textAt(message, 'OBX-6'), 'mm');
  });

  it('segments stay segments where ends are mixed', () => {
    for (const [first, second] of [
      ['\r', '\n'],
      ['\r\n', '\n'],
      ['\n', '\r'],
      ['\r', '\r\n'],
    ] as const) {
      const text = `${MSH}${first}${PID}${second}${OBR}${first}OBX|1|TX|A||One.${second}OBX|2|TX|A||Two.${TAIL}${second}ZDS|1${first}`;
      assert.deepEqual(
        names(text),
        ['MSH', 'PID', 'OBR', 'OBX', 'OBX', 'ZDS'],
        JSON.stringify([first, second]),
      );
      assert.equal(read(text).text, 'One.\nTwo.');
    }
  });

  it('a segment without fields is one where no text goes on', () => {
    for (const end of ['\r', '\r\n', '\n']) {
      const lone = [MSH, 'ZXX', PID, 'PV1', OBR, 'OBX|1|TX|A||Clear.||||||F', 'ABC', 'ZYY', 'NTE|1', 'ZZZ'];
      assert.deepEqual(
        names(lone.join(end)),
        lone.map((line) => line.slice(0, 3)),
      );
      const short = [MSH, PID, OBR, 'OBX|1|TX|A||Clear.', 'ZXX', 'OBX|2|TX|A||Still.', 'ZYY'];
      assert.equal(read(short.join(end)).text, 'Clear.\nStill.');
    }
  });

  it('a local or unknown segment with fields is one', () => {
    for (const end of ['\r', '\r\n', '\n'])
      assert.deepEqual(names([MSH, 'ABC|1', OBR, 'OBX|1|TX|A||Clear.', 'XYZ|1|a', 'ZXX||a'].join(end)), [
        'MSH',
        'ABC',
        'OBR',
        'OBX',
        'XYZ',
        'ZXX',
      ]);
  });

  it('many lines that may be segments take no more time than others', () => {
    const lines = (line: string): string => `${MSH}\n${OBR}\nOBX|1|TX|A||${`${line}\n`.repeat(250_000)}`;
    for (const line of ['CXR', 'PID', 'ZZZ', 'NAD|', '\r', 'PV1||']) {
      const bytes = Buffer.from(lines(line));
      const began = cpuMs();
      try {
        parseMessage(bytes);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'HL7_UNREADABLE');
      }
      const spent = cpuMs() - began;
      assert.ok(spent < 3_000, `${JSON.stringify(line)} took ${spent} ms`);
    }
  });
});
