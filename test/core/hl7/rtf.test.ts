import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_RTF_DEPTH } from '../../../core/hl7/limits.ts';
import { rtfText } from '../../../core/hl7/rtf.ts';
import { tidyText } from '../../../core/hl7/tidy-text.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { asRtf, plainLines } from './markup-of.ts';

const HEAD = String.raw`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\froman\fcharset2 Symbol;}}{\colortbl;\red255\green0\blue0;}{\stylesheet{\s1 heading mass;}}{\info{\title mass}{\author Nobody}}{\*\generator Mass 1.0;}`;

/** The text of an RTF whose body this is; a char is a byte. */
const body = (rtf: string): string => tidyText(rtfText(`${HEAD}${rtf}}`, { isBytes: true }).text);
const whole = (rtf: string, isBytes = true): string => tidyText(rtfText(rtf, { isBytes }).text);

describe('the text of an RTF', () => {
  it('paragraphs, lines and rows end lines, and cells are parted by tabs', () => {
    assert.equal(
      body(
        String.raw`\viewkind4\uc1\pard\b\fs24 FINDINGS:\b0\par There is no\line pneumothorax.\par\par End.`,
      ),
      'FINDINGS:\nThere is no\npneumothorax.\n\nEnd.',
    );
    const table = String.raw`\trowd\cellx1000\cellx2000 Left\intbl\cell clear\cell\row\trowd Right\cell effusion\cell\row`;
    assert.equal(body(table), 'Left\tclear\nRight\teffusion');
  });

  it('ends of lines in the file mean nothing, and one ends a control word', () => {
    assert.equal(body('pneumo\r\nthorax \\b\r\nsmall\\b0 .'), 'pneumothorax small.');
  });

  it('bytes are read in the code page of the document or of their font', () => {
    assert.equal(body(String.raw`45\'b0, caf\'e9 \'93x\'94`), '45°, café “x”');
    const page = (cp: number, text: string) => whole(`{\\rtf1\\ansi\\ansicpg${cp} ${text}}`);
    assert.equal(page(1251, String.raw`\'ed\'e5\'f2`), 'нет');
    assert.equal(page(1250, String.raw`p\'f8\'edtomna`), 'přítomna');
    assert.equal(page(932, String.raw`\'93\'fa\'96\'7b`), '日本');
    assert.equal(page(437, String.raw`45\'f8`), '45°');
    assert.equal(whole(String.raw`{\rtf1\mac caf\'8e}`), 'café');
    const fonts = String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset238 C;}}`;
    assert.equal(
      whole(String.raw`${fonts}\f1 \'ed\'e5\'f2\f2  p\'f8\'ed\f0  caf\'e9{\f1 \'e4\'e0}\'e4\plain\'e4}`),
      'нет pří caféдаää',
    );
    // Writers give every font the western charset, whatever their text is.
    assert.equal(
      whole(String.raw`{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 A;}}\f0 \'ed\'e5\'f2}`),
      'нет',
    );
    assert.equal(whole('{\\rtf1\\ansi\\ansicpg1252 caf\xe9}'), 'café');
  });

  it('what stands in for a Unicode character is left out', () => {
    assert.equal(
      body(String.raw`Patient\u8217?s \u8217\'92s \uc0\u8217s \uc2\u960 ??x{\uc1\u960?}\u960 ??.`),
      'Patient’s ’s ’s πxππ.',
    );
    assert.equal(body(String.raw`\u-3913?\u8226\bullet  \u55357?\u56832? \u128512?`), '•• 😀 😀');
    assert.equal(body(String.raw`\u1055\u1088?`), 'Пр');
  });

  it('signs of the Symbol font are signs', () => {
    assert.equal(body(String.raw`{\f1\'a3}5 mm, {\f1\'b7} item, {\f1 a}`), '≤5 mm, • item, α');
    assert.equal(rtfText(String.raw`${HEAD}{\f1 m}m, {\f1 é}}`).text, 'μm, é');
    assert.equal(rtfText(String.raw`${HEAD}{\f1 m}m}`, { isBytes: true }).text, 'μm');
  });

  it('hidden, deleted and struck out text is none', () => {
    assert.equal(
      body(
        String.raw`There is {\deleted a mass}{\v hidden mass} \strike mass\strike0 no \v mass\v0 effusion{\striked1 mass}. \deleted mass\plain End.`,
      ),
      'There is  no effusion. End.',
    );
  });

  it('fields show their result, objects what stands in for them, and comments nothing', () => {
    assert.equal(
      body(
        String.raw`{\field{\*\fldinst HYPERLINK "http://x/mass"}{\fldrslt images}} {\object\objemb{\*\objclass Mass}{\*\objdata 6d617373}{\result{table}}}{\*\annotation mass}{\xe mass}{\pict\wmetafile8 6d617373}{\*\bkmkstart mass}{\*\unknownword mass}`,
      ),
      'images table',
    );
    assert.equal(body(String.raw`a{\pict\bin9 {mass}}}}b}c`), 'ac');
    assert.equal(
      body(
        String.raw`{\*\shpinst\shpleft1{\sp{\sn mass}{\sv 1}}{\shptxt In a box\par}}{\upr{mass?}{\*\ud{\u960?}}}`,
      ),
      'In a box\nπ',
    );
    assert.equal(body(String.raw`{\header Page 1}Text{\footnote Note.}`), 'Page 1\nText\nNote.');
  });

  it('escapes and special characters are characters', () => {
    assert.equal(
      body(String.raw`\{a\}\\b \endash\emdash \lquote x\rquote\~y\_z pneumo\-thorax\tab e`),
      '{a}\\b –—‘x’ y-z pneumothorax\te',
    );
  });

  it('one group after another, and no more than the first, is read', () => {
    assert.deepEqual(rtfText('{\\rtf1 a}tail'), { text: 'a', end: 9 });
    assert.deepEqual(rtfText('x{\\rtf1 a}', { from: 1 }), { text: 'a', end: 10 });
    assert.equal(rtfText('\\b a\\b0\\par b').text, 'a\nb');
  });

  it('what swallows its text, or is too deep, is not read', () => {
    const bad = [
      '{'.repeat(100_000),
      `{\\rtf1 ${'{'.repeat(MAX_RTF_DEPTH)}`,
      '{\\rtf1 {\\fonttbl{\\f0 Arial; No mass.',
      '{\\rtf1 \\bin99999999 No mass.}',
      '{\\rtf1 \\bin-5 No mass.}',
    ];
    for (const one of bad) assert.throws(() => whole(one), { code: 'HL7_DOCUMENT_UNREADABLE' });
    assert.equal(whole(`${'{'.repeat(MAX_RTF_DEPTH)}a`), 'a');
    assert.equal(whole('{\\rtf1 cut'), 'cut');
    assert.equal(whole('}}}{\\rtf1 a}'), 'a');
  });

  it('takes time in proportion to its length', () => {
    for (const piece of [
      "\\'e9",
      "\\'e9{}",
      '\\u8217?a\\par ',
      '\\f1 x\\f0 y',
      '{\\*\\x y}',
      '\\',
      '}',
      'a\r\n',
    ]) {
      const before = cpuMs();
      whole(`{\\rtf1 ${piece.repeat(Math.ceil(500_000 / piece.length))}}`);
      assert.ok(cpuMs() - before < 2_000, piece);
    }
  });

  it('whatever plain text is put into an RTF comes back, and no control word', () => {
    fc.assert(
      fc.property(plainLines(), fc.infiniteStream(fc.nat(9)), (lines, choices) => {
        const rtf = asRtf(lines, choices);
        assert.equal(whole(rtf), lines.join('\n'));
      }),
    );
  });
});
