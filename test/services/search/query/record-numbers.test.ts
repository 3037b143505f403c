import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { normaliseName } from '../../../../core/radiology/case-key.ts';
import {
  MAX_QUERY_NUMBERS,
  MAX_RECORD_NUMBER_LENGTH,
  MAX_WORDS_LENGTH,
} from '../../../../services/search/limits.ts';
import { readNumbers, wordsWithout } from '../../../../services/search/query/record-numbers.ts';

/** `NUMBER A1234` for each number of a query. */
function read(words: string): string[] {
  return readNumbers(words).numbers.map(({ likeness, spellings: [first] }) => `${likeness} ${first}`);
}

describe('numbers of records in a query', () => {
  it('letters, dashes and zeros belong to a number; case, quotes, blanks and width do not', () => {
    const numbers: Record<string, string> = {
      A123456: 'A123456',
      '  a123456 ': 'A123456',
      '"A123456"': 'A123456',
      '“A123456”': 'A123456',
      "'A123456',": 'A123456',
      '(#A123456)': 'A123456',
      Ａ１２３４５６: 'A123456',
      'A123\u200b456': 'A123456',
      '0001234': '0001234',
      '-A123456': 'A123456',
      'n11-0000059': 'N11-0000059',
      'E2E–0001': 'E2E-0001',
      'RAD-2024-00123': 'RAD-2024-00123',
      MRN0042421: 'MRN0042421',
      'MRN 42': '42',
      'mrn: 0042': '0042',
      'acc#A1': 'A1',
      'Accession number: 12': '12',
      'order no. 77': '77',
      '1.2.840.113619.2.55.3': '1.2.840.113619.2.55.3',
      '12345678901234567890': '12345678901234567890',
    };
    for (const [words, number] of Object.entries(numbers)) {
      assert.deepEqual(read(words), [`NUMBER ${number}`], words);
      assert.equal(wordsWithout(words, readNumbers(words).numbers), '', words);
    }
  });

  it('a number that is no other is told from a code that only perhaps is one', () => {
    for (const words of [
      'A104',
      '20240517',
      '202405',
      '4711',
      '24-123',
      'v2018',
      'b1000',
      'J189',
      '555-123-4567',
    ])
      assert.match(read(words)[0] ?? '', /^PERHAPS/, words);
    for (const words of ['1234 5678', '+49 30 1234567', '(555) 123 4567'])
      assert.deepEqual(
        readNumbers(words).numbers.map(({ typed, likeness }) => [typed, likeness]),
        [[words, 'PERHAPS']],
      );
  });

  it('what radiology writes with digits is no number', () => {
    for (const words of [
      '12 mm',
      '4 cm',
      '12mm',
      '2.5 x 3.0 x 4.1 cm',
      '25x30mm',
      '10-15 mm',
      '100-120 mm',
      '10-15',
      '1,234.5 ml',
      '0930 hours',
      'Gleason 3+4=7',
      '177Lu-PSMA-617',
      '1500 ml effusion',
      '12000 ml',
      '-1200 HU',
      'L4',
      'T12',
      'C5-C6',
      'L5/S1',
      'T10-L2',
      'T2',
      'T2-weighted',
      'FLAIR',
      'BI-RADS 4',
      'BI-RADS 4A',
      'PI-RADS 5',
      'TI-RADS 3',
      'Lung-RADS 4B',
      'COVID-19',
      'SARS-CoV-2',
      '18F-FDG',
      'F-18 FDG',
      'Tc-99m',
      '99mTc-MDP',
      '68Ga-PSMA-11',
      'I-131',
      'HER2',
      'CA-125',
      'CA 19-9',
      'pT2aN1M0',
      '2024',
      '1990s',
      '2019-2021',
      '2024-05-17',
      '17.05.2024',
      '05/17/2024',
      '10:45',
      '65-year-old',
      '45F',
      '45 yo',
      '3rd rib',
      'J93.0',
      'S72.001A',
      'I26.99',
      'CPT 71045',
      '128-slice CT',
      '1.5T',
      '3T MRI',
      '120/80',
      '10,000',
      '50%',
      'GCS 15',
      'Fleischner 2017',
      'grade 3',
      'no 3 fractures',
      '"exam A123456 of before"',
    ])
      assert.deepEqual(readNumbers(words).numbers, [], words);
  });

  it('stands beside words, in lists, and behind a minus', () => {
    const { numbers } = readNumbers('A123456 large pneumothorax');
    assert.equal(wordsWithout('A123456 large pneumothorax', numbers), 'large pneumothorax');
    assert.deepEqual(read('effusion accession no. A1234567'), ['NUMBER A1234567']);
    assert.deepEqual(read('A123456,A123457;a123456'), ['NUMBER A123456', 'NUMBER A123457']);
    const denied = readNumbers('pneumothorax -A123456');
    assert.deepEqual([denied.numbers.length, denied.denied[0]?.typed], [0, 'A123456']);
  });

  it('a minus leaves out, before a label and a list too; a dash before all that was typed is said to be none', () => {
    const denied = (words: string) => {
      const reading = readNumbers(words);
      assert.deepEqual(reading.numbers, [], words);
      return reading.denied.map(({ typed }) => typed);
    };
    for (const words of [
      'effusion -A123456',
      'effusion -accession no. A123456',
      'effusion -acc:A123456',
      'effusion –"A123456"',
    ])
      assert.deepEqual(denied(words), ['A123456'], words);
    assert.deepEqual(denied('effusion -A123456,A123457'), ['A123456', 'A123457']);
    assert.deepEqual(denied('-A123456 -A123457'), ['A123456', 'A123457']);
    for (const words of ['-A123456', '−A123456', '-"A123456"', '-accession no. A123456', '-acc:A123456'])
      assert.deepEqual(
        readNumbers(words).numbers.map(({ typed, dashIgnored }) => [typed, dashIgnored]),
        [['A123456', true]],
        words,
      );
    for (const words of ['A123456', 'A123456 effusion', '- A123456'])
      assert.deepEqual(
        readNumbers(words).numbers.map(({ dashIgnored }) => dashIgnored),
        [false],
        words,
      );
  });

  it('so many numbers, and so long, and no more', () => {
    const of = (count: number) => Array.from({ length: count }, (_, n) => `A${100_000 + n}`).join(' ');
    assert.equal(readNumbers(of(MAX_QUERY_NUMBERS)).numbers.length, MAX_QUERY_NUMBERS);
    assert.equal(readNumbers(of(MAX_QUERY_NUMBERS + 1)).numbers.length, MAX_QUERY_NUMBERS);
    assert.equal(readNumbers('7'.repeat(MAX_RECORD_NUMBER_LENGTH)).whole.length, MAX_RECORD_NUMBER_LENGTH);
    assert.equal(readNumbers('7'.repeat(MAX_RECORD_NUMBER_LENGTH + 1)).whole, '');
    assert.equal(read('7'.repeat(MAX_RECORD_NUMBER_LENGTH + 1)).length, 1, 'it is a number all the same');
  });

  it('any prefix and enough digits are one number, however they are written', () => {
    const digit = fc.constantFrom(...'0123456789');
    const prefix = fc
      .array(fc.constantFrom(...'ABDEGHKNPQRXZ'), { maxLength: 3 })
      .map((letters) => letters.join(''));
    const number = fc
      .tuple(prefix, fc.constantFrom('', '-'), fc.array(digit, { minLength: 9, maxLength: 12 }))
      .map(([letters, dash, digits]) => `${letters}${letters === '' ? '' : dash}${digits.join('')}`);
    const wide = (text: string) =>
      text.replace(/[0-9A-Z]/g, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0));
    const written = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.toLowerCase(),
      (text) => ` \t${text}  `,
      (text) => `"${text}"`,
      (text) => `“${text}”.`,
      (text) => `accession ${text}`,
      (text) => text.replace('-', '–'),
      wide,
    );
    fc.assert(
      fc.property(number, written, (text, write) => {
        const { numbers } = readNumbers(write(text));
        assert.deepEqual(
          numbers.map(({ likeness, spellings: [first] }) => [likeness, first]),
          [['NUMBER', normaliseName(text)]],
        );
      }),
    );
  });

  it('a size with its unit is never a number', () => {
    const unit = fc.constantFrom('mm', 'cm', 'ml', 'cc', 'HU', 'mg', '%', 'years', 'T', 'kV');
    const size = fc.tuple(fc.integer({ min: 0, max: 2999 }), fc.constantFrom('', ' '), unit);
    fc.assert(
      fc.property(size, ([value, blank, name]) => {
        assert.deepEqual(readNumbers(`lesion ${value}${blank}${name}`).numbers, []);
      }),
    );
  });

  it('reads any words, and takes out nothing but the numbers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: MAX_WORDS_LENGTH }), (words) => {
        const { numbers } = readNumbers(words);
        const rest = wordsWithout(words, numbers);
        assert.ok(rest.length <= words.length);
        if (numbers.length === 0 && /[\p{L}\p{Nd}]/u.test(words))
          assert.equal(rest, words.replace(/"\s*"/gu, ' ').trim());
      }),
    );
    const began = performance.now();
    for (const part of ['1-', 'A1', '1.', '1,', '"1', '-1 '])
      readNumbers(part.repeat(MAX_WORDS_LENGTH / part.length));
    assert.ok(performance.now() - began < 1000, 'in a time that grows with their length');
  });
});
