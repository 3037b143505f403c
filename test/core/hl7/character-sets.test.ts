import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InterleaveError } from '../../../core/errors.ts';
import {
  buildAcknowledgement,
  parseAcknowledgement,
  readAnsweredHeader,
} from '../../../core/hl7/acknowledgement.ts';
import { characterSet, TABLE_0211 } from '../../../core/hl7/character-sets.ts';
import { frameMessage, MllpFramer } from '../../../core/hl7/frame.ts';
import { parseMessage, serialise, textAt } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { only } from './messages.ts';
import {
  bytesOf,
  type Coded,
  isoRepertoire,
  looksLikeSeparators,
  repertoire,
  textOfChars,
} from './repertoire.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A report of somebody with this family name, and this text, by a system of this name. */
function message(
  declared: string,
  name: Buffer,
  text: Buffer = name,
  system: Buffer = latin1('RIS'),
): Buffer {
  return Buffer.concat([
    latin1('MSH|^~\\&|'),
    system,
    latin1(
      `|CITY|INTERLEAVE|LAB|20260301101500||ORU^R01|C1|P|2.5.1||||||${declared}\rPID|1||P100^^^CITY^MR||`,
    ),
    name,
    latin1('^Given||19700102|F\rOBR|1|PL1|F1001|71046^Chest||||||||||||||ACC1001||||20260301101000||DX|F\r'),
    latin1('OBX|1|TX|A^B||'),
    text,
    latin1('||||||F\rOBX|2|TX|A^B||Trailing.||||||F\r'),
  ]);
}

/** What a reader sees; every field is looked at, so that nothing has moved. */
function read(bytes: Buffer): { name: string; text: string } {
  const parsed = parseMessage(bytes);
  assert.deepEqual(serialise(parsed), bytes);
  const { parts, patient, status, accessions } = only(reportsOf(parsed));
  assert.equal(status, 'FINAL');
  assert.equal(accessions[0]?.value, 'ACC1001');
  assert.equal(patient.givenName, 'Given');
  const text = parts.map((part) => part.text).join('\n');
  assert.ok(text.endsWith('\nTrailing.'), JSON.stringify(text));
  return { name: patient.familyName, text: text.slice(0, -'\nTrailing.'.length) };
}

function codeOf(bytes: Buffer): string {
  try {
    parseMessage(bytes);
    return 'read';
  } catch (error) {
    return error instanceof InterleaveError ? error.code : String(error);
  }
}

const UNSUPPORTED = 'HL7_CHARACTER_SET_UNSUPPORTED';
const YAMADA = latin1('\x1b$B;3ED\x1b(B');

/** For each code of table 0211 bytes and what they say; null where the message is refused. */
const SAMPLES: Record<string, [Buffer, string | null]> = {
  ASCII: [latin1('Vogel'), 'Vogel'],
  '8859/1': [latin1('M\xfcller \x93x\x94'), 'Müller “x”'],
  '8859/2': [latin1('\xa3\xf3d\xbc'), 'Łódź'],
  '8859/3': [latin1('\xa6a\xfc'), 'Ĥaü'],
  '8859/4': [latin1('\xbe\xfeklis'), 'žūklis'],
  '8859/5': [latin1('\xb8\xd2\xd0\xdd\xde\xd2'), 'Иванов'],
  '8859/6': [latin1('\xe2\xd1\xea'), 'قري'],
  '8859/7': [latin1('\xd0\xe1\xf0\xfc\xf2'), 'Παπός'],
  '8859/8': [latin1('\xeb\xe4\xef'), 'כהן'],
  '8859/9': [latin1('\xd6zt\xfcrk \xdd'), 'Öztürk İ'],
  '8859/15': [latin1('\xa4 \xbd'), '€ œ'],
  JAS2020: [YAMADA, '山田'],
  'JIS X 0202': [YAMADA, '山田'],
  'ISO IR6': [latin1('Vogel'), 'Vogel'],
  'ISO IR14': [latin1('\xd4\xcf\xc0\xde'), 'ﾔﾏﾀﾞ'],
  'ISO IR87': [YAMADA, '山田'],
  'ISO IR159': [latin1('\x1b$(D0!\x1b(B'), '丂'],
  'GB 18030-2000': [Buffer.from([0x81, 0x5c, 0xd6, 0xd0, 0x81, 0x30, 0x84, 0x36]), '乗中¥'],
  'KS X 1001': [Buffer.from([0xb1, 0xe8, 0xc8, 0xf1]), '김희'],
  'CNS 11643-1992': [Buffer.from([0xc4, 0xe3, 0xe6, 0xa4]), null],
  'BIG-5': [Buffer.from([0xb3, 0x5c, 0xa5, 0x5c]), '許功'],
  UNICODE: [Buffer.from('山田 ü'), '山田 ü'],
  'UNICODE UTF-8': [Buffer.from('山田 ü'), '山田 ü'],
  'UNICODE UTF-16': [Buffer.from([0x71, 0x5c, 0x30, 0x75, 0xfc]), null],
  'UNICODE UTF-32': [Buffer.from([0x71, 0x5c, 0x30, 0x75, 0xfc]), null],
};

describe('HL7 table 0211', () => {
  it('has a sample for each of its codes', () => {
    assert.deepEqual(Object.keys(SAMPLES).sort(), TABLE_0211.map(({ code }) => code).sort());
  });

  for (const { code, kind } of TABLE_0211) {
    const [bytes, expected] = SAMPLES[code] ?? [Buffer.alloc(0), null];
    it(`${code} is ${expected === null ? 'refused' : 'read'}`, () => {
      assert.equal(expected === null, kind === 'refused');
      if (expected === null) assert.equal(codeOf(message(code, bytes)), UNSUPPORTED);
      else assert.deepEqual(read(message(code, bytes)), { name: expected, text: expected });
    });

    it(`${code} over ASCII and over UTF-8 is read`, () => {
      assert.equal(read(message(code, latin1('Vogel'))).name, 'Vogel');
      if (kind !== 'multi') assert.equal(read(message(code, Buffer.from('Müller'))).name, 'Müller');
      const report = Buffer.from('胸部に異常なし。右肺野 — 5 µm');
      assert.equal(read(message(code, Buffer.from('山田'), report)).text, report.toString());
    });
  }

  it('docs/character-sets.md has the same rows', () => {
    const page = readFileSync(join(projectRoot(), 'docs', 'character-sets.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (read|refused) \| (?:`([^`]+)`)? ?\|/gm)].map((row) => [
      row[1],
      row[2],
      row[3] ?? '',
    ]);
    assert.deepEqual(
      rows,
      TABLE_0211.map(({ code, kind, label }) => [code, kind === 'refused' ? 'refused' : 'read', label]),
      'run: npx tsx scripts/write-character-sets-page.ts',
    );
  });

  it('names are known however they are spelt', () => {
    for (const [name, label] of Object.entries({
      'utf-8': 'utf-8',
      'iso8859-1': 'windows-1252',
      'ISO_IR 100': 'windows-1252',
      'ISO 2022 IR 149': 'euc-kr',
      GBK: 'gb18030',
      'gb 18030 2000': 'gb18030',
      Big5: 'big5',
      'Shift-JIS': 'shift_jis',
      'EUC-JP': 'euc-jp',
      'euc-kr': 'euc-kr',
      'windows-1251': 'windows-1251',
      '': 'ascii',
    }))
      assert.equal(characterSet(name)?.label, label, name);
    assert.equal(characterSet('ISO-2022-JP')?.kind, 'extension');
    assert.equal(characterSet('EUC-TW')?.kind, 'refused');
    assert.equal(characterSet('utf-16le')?.kind, 'refused');
    assert.equal(characterSet('NO SUCH SET'), null);
  });
});

const SETS = {
  'GB 18030-2000': repertoire('gb18030', [0x81, 0xfe], [0x40, 0xfe]),
  'BIG-5': repertoire('big5', [0x81, 0xfe], [0x40, 0xfe]),
  'KS X 1001': repertoire('euc-kr', [0x81, 0xfe], [0x41, 0xfe]),
  Shift_JIS: repertoire('shift_jis', [0x81, 0xfc], [0x40, 0xfc]),
  'EUC-JP': repertoire('euc-jp', [0xa1, 0xfe], [0xa1, 0xfe]),
};

/** Sets of ISO 2022 by the escape sequences to them. */
const SWITCHED = {
  $B: isoRepertoire('euc-jp'),
  '$(D': isoRepertoire('euc-jp', [0x8f]),
  '$(C': isoRepertoire('euc-kr'),
  $A: isoRepertoire('gbk'),
};

const ASCII: Coded[] = [...'abc XYZ.-0123'].map((char) => ({ char, bytes: [char.charCodeAt(0)] }));

/** Texts of a repertoire with ASCII between, half of its characters with bytes that look like separators. */
function texts(of: Coded[], more: Coded[] = ASCII): fc.Arbitrary<Coded[]> {
  const alike = of.filter(looksLikeSeparators);
  const char = fc.oneof(
    fc.constantFrom(...of),
    fc.constantFrom(...(alike.length > 0 ? alike : of)),
    fc.constantFrom(...(more.length > 0 ? more : of)),
  );
  return fc.array(char, { minLength: 1, maxLength: 30 });
}

/** What comes out of MLLP frames that arrive in chunks. */
function framed(bytes: Buffer, size: number): Buffer {
  const framer = new MllpFramer();
  const wire = frameMessage(bytes);
  for (let at = 0; at < wire.length; at += size)
    for (const event of framer.push(wire.subarray(at, at + size))) {
      assert.equal(event.kind, 'frame');
      return Buffer.from(event.bytes);
    }
  return assert.fail('no frame');
}

describe('text in multi-byte sets', () => {
  for (const [declared, of] of Object.entries(SETS))
    it(`any text in ${declared} comes back whole, also through frames`, () => {
      assert.ok(of.length > 5_000);
      if (declared !== 'KS X 1001' && declared !== 'EUC-JP') assert.ok(of.some(looksLikeSeparators));
      fc.assert(
        fc.property(texts(of), texts(of, []), fc.nat(50), (text, system, size) => {
          const bytes = Buffer.concat([latin1('x'), bytesOf(text), latin1('.')]);
          const whole = message(declared, bytes, bytes, bytesOf(system));
          assert.deepEqual(framed(whole, size + 1), whole);
          const expected = `x${textOfChars(text)}.`;
          assert.deepEqual(read(whole), { name: expected.trim(), text: expected });
          assert.equal(textAt(parseMessage(whole), 'MSH-3'), textOfChars(system));
        }),
        { numRuns: 400 },
      );
    });

  for (const [sequence, of] of Object.entries(SWITCHED))
    for (const declared of ['ASCII~ISO IR87', 'ISO IR159', '~ISO IR87', 'ISO IR6~KS X 1001', ''])
      it(`any text behind ESC ${sequence} comes back whole under "${declared}"`, () => {
        const part = fc.tuple(texts(of, []), fc.string({ unit: fc.constantFrom(...'abc .') }));
        fc.assert(
          fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean(), (parts, hl7) => {
            const hex = latin1(sequence).toString('hex').toUpperCase();
            const to = hl7 ? `\\M${hex}\\` : `\x1b${sequence}`;
            const back = hl7 ? '\\C2842\\' : '\x1b(B';
            const bytes = Buffer.concat([
              latin1('x'),
              ...parts.map(([text, ascii]) =>
                Buffer.concat([latin1(to), bytesOf(text), latin1(back), latin1(ascii)]),
              ),
              latin1('.'),
            ]);
            const expected = `x${parts.map(([text, ascii]) => textOfChars(text) + ascii).join('')}.`;
            const whole = message(
              declared,
              bytes,
              bytes,
              Buffer.concat([latin1(to), bytesOf(parts[0]?.[0] ?? []), latin1(back)]),
            );
            assert.deepEqual(framed(whole, 7), whole);
            assert.deepEqual(read(whole), { name: expected.trim(), text: expected });
          }),
          { numRuns: 60 },
        );
      });
});

describe('switches of ISO 2022 and of HL7', () => {
  it('sets in G1, by ESC, by SO and SI, and by \\C…\\', () => {
    const korean = Buffer.concat([latin1('\x1b$)C'), Buffer.from([0xb1, 0xe8]), latin1(' Kim')]);
    assert.equal(read(message('ASCII~KS X 1001', korean)).name, '김 Kim');
    assert.equal(read(message('', latin1('\x1b$)C\x0e1h\x0f Kim'))).name, '김 Kim');
    assert.equal(read(message('8859/1', latin1('M\xfc \x1b-F\xd0\xe1'))).name, 'Mü Πα');
    // The message's own set is back in the next field.
    assert.equal(read(message('8859/1', latin1('\x1b-F\xd0\xe1'), latin1('M\xfc'))).text, 'Mü');
    assert.equal(read(message('8859/1', latin1('\\C2D46\\\xd0\xe1\\C2D41\\\xfc'))).name, 'Παü');
    assert.equal(read(message('ISO IR6~ISO IR13~ISO IR87', latin1('\xd4\xcf\x1b$B;3\x1b(J!'))).name, 'ﾔﾏ山!');
    assert.equal(read(message('ISO IR87', latin1('\x1b(I5A\x1b(B'))).name, 'ｵﾁ');
    assert.equal(read(message('ISO IR87', latin1('\x1b&@\x1b$B;3\x1b(B'))).name, '山');
  });

  it('bytes written as \\X…\\ are in the set of the message', () => {
    assert.equal(read(message('GB 18030-2000', latin1('\\XD6D0\\'))).name, '中');
    assert.equal(read(message('ISO IR87', latin1('\\X1B2442\\\\X3B33\\\\X1B2842\\'))).name, '山');
  });

  it('lines of a text may be in another set, whole', () => {
    const lines = latin1('\x1b$B;3\n\n;3\x1b(B\nCXR\n\x1b$BED\x1b(B');
    assert.equal(read(message('ISO IR87', latin1('V'), lines)).text, '山\n\n山\nCXR\n田');
  });

  it('are refused where nobody can tell what the separators are', () => {
    for (const text of [
      '\x1b$B;3ED',
      '\x1b$B;3ED\nOBX|2|',
      '\\M2442\\;3ED',
      '\x1b$(Q;3\x1b(B',
      '\x1b$)G\x0e;3\x0f',
      '\\M242851\\;3\\C2842\\',
    ])
      for (const declared of ['ISO IR87', 'UNICODE UTF-8', ''])
        assert.equal(codeOf(message(declared, latin1('V'), latin1(text))), UNSUPPORTED, JSON.stringify(text));
  });

  it('what only looks like one is text', () => {
    for (const text of ['C:\\CAFE\\M12', '\\C28\\', '\\CHEST\\', '\\M2\\', '\x1b[1mbold'])
      assert.equal(read(message('', latin1('V'), latin1(text))).text, text);
  });
});

describe('character sets that are not what MSH-18 says', () => {
  it('valid UTF-8 under no name, a misspelt one, or that of another set', () => {
    const text = Buffer.from('Пневмоторакс не найден. 気胸なし。');
    for (const declared of [
      '',
      'UTF8',
      'UNICDOE UTF-8',
      'ISO IR87',
      'ASCII~ISO IR87',
      'CNS 11643-1992',
      'BIG-5',
    ])
      assert.equal(read(message(declared, Buffer.from('山田'), text)).text, text.toString(), declared);
  });

  it('is refused where it would only be a guess', () => {
    const chinese = Buffer.from([
      0xd0, 0xd8, 0xb2, 0xbf, 0xce, 0xde, 0xd2, 0xec, 0xb3, 0xa3, 0xd0, 0xd8, 0xb2, 0xbf,
    ]);
    const japanese = Buffer.concat([
      latin1('CXR '),
      Buffer.from([0x88, 0xd9, 0x8f, 0xed, 0x82, 0xc8, 0x82, 0xb5]),
    ]);
    for (const declared of [
      '',
      'ASCII',
      'UNICODE UTF-8',
      'NO SUCH SET',
      'ISO IR87',
      'CNS 11643-1992',
      'UNICODE UTF-16',
    ])
      assert.equal(codeOf(message(declared, latin1('V'), chinese)), UNSUPPORTED, declared);
    for (const declared of ['NO SUCH SET', 'ISO IR87', 'ISO IR6~ISO IR159'])
      assert.equal(codeOf(message(declared, latin1('V'), japanese)), UNSUPPORTED, declared);
  });

  it('Western text without a name is windows-1252', () => {
    for (const text of ['Müller – 3 µm', 'ÄÖÜ äöü ß', '––––––––––––––––', 'créée à Orléans', '« été »'])
      assert.equal(read(message('', latin1('V'), Buffer.from(windows1252(text)))).text, text);
  });

  it('UTF-8 that was cut within a character stays UTF-8', () => {
    const cut = Buffer.concat([Buffer.from('Müller größer '), Buffer.from('µ').subarray(0, 1)]);
    for (const declared of ['', 'UNICODE UTF-8'])
      assert.equal(read(message(declared, latin1('V'), cut)).text, 'Müller größer \ufffd');
  });

  it('a character that was cut off takes no separator with it where the set has none such', () => {
    for (const declared of ['KS X 1001', 'EUC-JP', 'ISO IR6~KS X 1001'])
      assert.equal(read(message(declared, latin1('V'), latin1('x\xb3'))).text, 'x\ufffd', declared);
  });

  it('a character that only its site has a picture for is seen to be missing, and cuts nothing', () => {
    for (const [declared, bytes] of Object.entries({ Shift_JIS: '\xf0\x7c', 'BIG-5': '\xfa\x5c' }))
      assert.equal(read(message(declared, latin1(`x${bytes}y`))).text, 'x\ufffdy', declared);
  });
});

describe('answers to messages in other sets', () => {
  it('repeat the names of the systems as they came, and are ASCII beside', () => {
    for (const [declared, [bytes]] of Object.entries(SAMPLES)) {
      const whole = message(declared, bytes, bytes, bytes);
      const header = readAnsweredHeader(whole);
      const answer = buildAcknowledgement(header, UNSUPPORTED, { controlId: 'A1', at: 0 });
      assert.ok(answer !== null && header !== null);
      assert.ok(answer.includes(Buffer.concat([latin1('|'), bytes, latin1('|CITY|')])), declared);
      const [msh = '', msa, err = ''] = answer.toString('latin1').split('\r');
      assert.match(msh, new RegExp(`\\|${declared}$`), declared);
      assert.match(msa ?? '', /^MSA\|AR\|C1\|The text is in a character set/);
      assert.match(err, /103\^Table value not found\^HL70357/);
    }
  });

  it('are understood by a sender whose MSH-10 never switches back', () => {
    for (const controlId of ['C\\M2442\\1234', 'C\x1b$B1234', 'C\xe9']) {
      const whole = latin1(
        message('NO SUCH SET', latin1('V')).toString('latin1').replace('|C1|', `|${controlId}|`),
      );
      assert.equal(codeOf(whole), UNSUPPORTED);
      const answer = buildAcknowledgement(readAnsweredHeader(whole), UNSUPPORTED, { controlId: 'A1', at: 0 });
      assert.ok(answer !== null);
      assert.ok(answer.includes(latin1(`\rMSA|AR|${controlId}|`)));
      assert.equal(parseAcknowledgement(answer).code, 'AR');
    }
  });
});

function windows1252(text: string): Uint8Array {
  const special: Record<string, number> = { '–': 0x96 };
  return Uint8Array.from([...text].map((char) => special[char] ?? char.charCodeAt(0)));
}

describe('messages that switch all the time', () => {
  it('take no more time than others', () => {
    for (const part of [
      '\x1b$B;3\x1b(Bx',
      '\\M2442\\;3\\C2842\\',
      '\x1b',
      '\\C2',
      '\x1b$)C\xb1\xe8\x0e1h\x0f',
    ]) {
      const text = latin1(part.repeat(Math.floor(1_000_000 / part.length)));
      const began = cpuMs();
      read(message('ASCII~ISO IR87', latin1('V'), text));
      const spent = cpuMs() - began;
      assert.ok(spent < 5_000, `${JSON.stringify(part)} took ${spent} ms`);
    }
    const chinese = latin1('\x81\x7cx\x81\x30\x81\x30'.repeat(150_000));
    const began = cpuMs();
    read(message('GB 18030-2000', latin1('V'), chinese));
    assert.ok(cpuMs() - began < 5_000);
  });
});
