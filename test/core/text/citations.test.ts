import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { numbersOf, rangeOf } from '../../../core/text/cited-numbers.ts';
import {
  MAX_CITATIONS,
  MAX_CITED_LIST,
  MAX_CITED_NUMBER,
  MAX_CITED_RANGE,
} from '../../../core/text/limits.ts';
import { readReport } from '../../../core/text/reading.ts';
import { cpuMs } from '../../support/cpu-ms.ts';

/** Written → cited as series/image; `*` where no series is named. Figure 1 of the paper (CVPR 2015) is among them. */
const FORMS: readonly (readonly [string, string])[] = [
  ['(series 1001, image 32)', '1001/32'],
  ['(series 4 image 30)', '4/30'],
  ['series 3 image 88-95', '3/88 3/89 3/90 3/91 3/92 3/93 3/94 3/95'],
  ['(series 3 image 55, 60, 80, 84-7, 96)', '3/55 3/60 3/80 3/84 3/85 3/86 3/87 3/96'],
  ['images 10-12, 15', '*/10 */11 */12 */15'],
  ['images 5 and 8', '*/5 */8'],
  ['images 55, 60, 80', '*/55 */60 */80'],
  ['(se 4, im 30)', '4/30'],
  ['(Se 4 / Im 30)', '4/30'],
  ['(ser. 4, im. 30)', '4/30'],
  ['series 2/3 image 4/5', '2/4 3/5'],
  ['series 2/3 image 4', '2/4 3/4'],
  ['series 2 image 4/5', '2/4 2/5'],
  ['series 2 and 3, image 4', '2/4 3/4'],
  ['series/image 3/55', '3/55'],
  ['image 5 of series 3', '3/5'],
  ['image 5, series 3', '3/5'],
  ['image 12 of 30', '*/12'],
  ['Series 3: images 5, 6 & 7; series 4: image 9', '3/5 3/6 3/7 4/9'],
  ['series 3 image 5 and series 4 image 2', '3/5 4/2'],
  ['series 3, image 5, image 6', '3/5 3/6'],
  ['series #3, image #5', '3/5'],
  ['series number 3 image number 5', '3/5'],
  ['series no. 3, image no. 5', '3/5'],
  ['SERIES 3 IMAGE 5', '3/5'],
  ['images 5 through 7', '*/5 */6 */7'],
  ['images 5 to 7', '*/5 */6 */7'],
  ['images 5 - 7', '*/5 */6 */7'],
  ['images 5–7', '*/5 */6 */7'],
  ['image 96-94', '*/94 */95 */96'],
  ['slice 14', '*/14'],
];

/** Numbers that stand for something else. */
const NO_CITATIONS: readonly (readonly [string, string])[] = [
  ['images demonstrate a mass', ''],
  ['a series of 3 radiographs', ''],
  ['image 5, 3 mm nodule', '*/5'],
  ['image 5 and 3 nodules', '*/5'],
  ['image 5, 2.5 cm', '*/5'],
  ['image 5 - 8 nodules', '*/5'],
  ['given 30 mg im 3 times', ''],
];

for (const [written, cited] of [...FORMS, ...NO_CITATIONS]) {
  test(written, () => assert.equal(citedIn(`A mass is seen ${written}.`), cited));
}

const BROKEN: readonly (readonly [string, string])[] = [
  ['A mass (series 5, image\n80) is seen.', '5/80'],
  ['A mass (image\n1).', '*/1'],
  ['A mass is seen on image\n80. It is new.', '*/80'],
  ['MASS ON SERIES 3\nIMAGE 5.', '3/5'],
  ['1. Mass (series 3,\nimage\n2).\n2. Effusion.', '3/2'],
  ['1. Mass (series 3, image 2). 2. Effusion.', '3/2'],
  ['Limited images\n1. Mass\n2. Effusion', ''],
  ['1. Normal images\n2. Effusion', ''],
];

for (const [written, cited] of BROKEN)
  test(JSON.stringify(written), () => assert.equal(citedIn(written), cited));

test('a line end instead of a blank within a citation changes nothing', () => {
  const form = fc.constantFrom(...FORMS.map(([written]) => written));
  const inCase = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => text.toUpperCase(),
    (text) => text.toLowerCase(),
  );
  const lineEnds = fc.infiniteStream(fc.boolean());
  fc.assert(
    fc.property(form, inCase, lineEnds, (written, change, ends) => {
      const sentence = (citation: string) => change(`A mass is seen ${citation}. It is new.`);
      const broken = sentence(written.replaceAll(' ', () => (ends.next().value ? '\n' : ' ')));
      assert.equal(citedIn(broken), citedIn(sentence(written)), JSON.stringify(broken));
    }),
    { numRuns: 2_000 },
  );
});

test('images 1013-78 are 66 images', () => {
  const images = readReport([{ section: null, text: 'Mass on series 3, images 1013-78.' }]).citations;
  assert.deepEqual(
    images.map(({ instanceNumber }) => instanceNumber),
    Array.from({ length: 66 }, (_, index) => 1013 + index),
  );
});

test('an abbreviated end takes its leading digits from the beginning', () => {
  const ends = (begin: string, end: string) => {
    const range = [...numbersOf(rangeOf(begin, end))];
    return [range[0], range.at(-1)];
  };
  assert.deepEqual(ends('84', '7'), [84, 87]);
  assert.deepEqual(ends('1013', '78'), [1013, 1078]);
  assert.deepEqual(ends('199', '201'), [199, 201]);
  assert.deepEqual(ends('20', '10'), [10, 20]);
});

test('limits: of too long a range the ends, no number beyond the largest, no more citations than the most', () => {
  assert.equal([...numbersOf(rangeOf('1', String(MAX_CITED_RANGE)))].length, MAX_CITED_RANGE);
  assert.deepEqual([...numbersOf(rangeOf('1', String(MAX_CITED_RANGE + 1)))], [1, MAX_CITED_RANGE + 1]);
  assert.equal(citedIn(`image ${MAX_CITED_NUMBER}`), `*/${MAX_CITED_NUMBER}`);
  assert.equal(citedIn(`image ${MAX_CITED_NUMBER + 1}`), '');
  assert.equal(citedIn(`images ${'5, '.repeat(MAX_CITED_LIST + 9)}`).split(' ').length, MAX_CITED_LIST);
  const many = readReport([{ section: null, text: 'See images 1-999. '.repeat(4) }]).citations;
  assert.equal(many.length, MAX_CITATIONS);
});

test('many long ranges in a short text cost no more than their words', () => {
  for (const unit of [
    'image 1-999; ',
    'series 1-999, image 1-999; ',
    'series 1-999, 1-999, 1-999 images 1-999, ',
  ]) {
    const read = (length: number) => {
      const before = cpuMs();
      assert.equal(citedIn(unit.repeat(length / unit.length)).split(' ').length, MAX_CITATIONS);
      return cpuMs() - before;
    };
    read(5_000);
    const [short, long] = [read(20_000), read(200_000)];
    assert.ok(long < short * 20 + 500, `${unit}: ${short} ms, ten times the text ${long} ms`);
  }
});

test('the place is the number, the context the sentence before and after in the same section', () => {
  const text =
    'FINDINGS: The liver is normal. A mass (series 3, images 55-6). It is new. IMPRESSION: Mass on image 9.';
  const { citations } = readReport([{ section: null, text }]);
  const slices = citations.map((citation) => [
    text.slice(citation.start, citation.end),
    text.slice(citation.sentenceStart, citation.sentenceEnd),
    text.slice(citation.contextStart, citation.contextEnd),
  ]);
  const mass = 'A mass (series 3, images 55-6).';
  assert.deepEqual(slices, [
    ['55-6', mass, `The liver is normal. ${mass} It is new.`],
    ['55-6', mass, `The liver is normal. ${mass} It is new.`],
    ['9', 'Mass on image 9.', 'Mass on image 9.'],
  ]);
});

test('images of the examination compared with are not cited', () => {
  assert.equal(citedIn('COMPARISON: CT, image 5. FINDINGS: Mass on image 7.'), '*/7');
});

function citedIn(text: string): string {
  return readReport([{ section: null, text }])
    .citations.map(({ seriesNumber, instanceNumber }) => `${seriesNumber ?? '*'}/${instanceNumber}`)
    .join(' ');
}
