import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readForEncoding, readReport } from '../../../core/text/reading.ts';
import { readingMarks } from '../../../evaluation/reading-marks.ts';

const marks = (text: string) => readingMarks(readReport([{ section: 'FINDINGS', text }]).findings);

const LABELS = [
  'Pneumothorax', 'Effusion', 'Pleural effusion', 'Fracture', 'Nodule', 'Consolidation', 'Pulmonary embolism', 'Pericardial effusion',
  'Left rib fracture', 'Hydronephrosis', 'Ascites', 'Gallstones',
]; // biome-ignore format: one list
const DENIALS = ['No', 'None', 'Absent', 'Negative', 'Nil', 'Not seen', 'None seen', 'No evidence', 'no'];
const DOUBTS = ['Possible', 'Questionable', 'Equivocal', 'Suspected'];
const AFFIRMATIONS = ['Yes', 'Present', 'Small', 'Moderate', '6 mm', 'Seen', 'Stable', 'Right', 'present'];
const row = fc.tuple(fc.constantFrom(...LABELS), fc.constantFrom(...DENIALS, ...DOUBTS, ...AFFIRMATIONS));
const table = fc.array(row, { minLength: 1, maxLength: 6 });

describe('the rows of a table', () => {
  it('are each read as "finding: answer" would be, whatever parts their cells', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\t', '\t\t', ' \t ', ' | ', ':\t', '?\t'),
        fc.constantFrom('', '.', '\t', ' |'),
        fc.constantFrom('', '\t', '| ', '1.\t', '- '),
        (rows, mark, end, start) => {
          // "?" behind a finding is a doubt where no denial answers it.
          const asked = mark.startsWith('?') ? rows.filter(([, answer]) => DENIALS.includes(answer)) : rows;
          const text = asked.map(([label, answer]) => `${start}${label}${mark}${answer}${end}`).join('\n');
          const expected = asked.map(([label, answer]) => marks(`${label}: ${answer}`)).join(' ');
          assert.equal(marks(text), expected, text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('read the same where two of them stand side by side', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('\t', ' | '), (rows, mark) => {
        const text = rows.map((cells) => cells.join(mark)).join(mark);
        const expected = rows.map(([label, answer]) => marks(`${label}: ${answer}`)).join(' ');
        assert.equal(marks(text), expected, text);
      }),
    );
  });

  it('keep their denials apart', () => {
    for (const [text, expected] of [
      ['Pneumothorax\tNo\nEffusion\tSmall', 'pneumothorax- effusion+'],
      ['Pneumothorax\tNone\nEffusion\tPresent\nFracture\tNo\nNodule\t6 mm', 'pneumothorax- effusion+ fracture- nodule+'],
      ['No pneumothorax\tSmall effusion', 'pneumothorax- effusion+'],
      ['Lungs\tNo consolidation\tSmall effusion', 'consolidation- effusion+'],
      ['No\tPneumothorax\nYes\tEffusion', 'pneumothorax- effusion+'],
      ['Finding\tResult\nPneumothorax\tNo\nEffusion\tYes', 'pneumothorax- effusion+'],
      ['Heart size\tNormal\nEffusion\tNo', 'heart-normal+ cardiomegaly- effusion-'],
      ['| Pneumothorax | No |\n|---|---|\n| Effusion | Small |', 'pneumothorax- effusion+'],
      ['Pneumothorax\t-\nEffusion\t+', 'pneumothorax- effusion+'],
      ['Smoker\tNo\tEffusion\tSmall', 'effusion+'],
      ['Lungs: No\tEffusion: Yes', 'effusion+'],
      ['Pneumothorax:\tNo\tEffusion:\tSmall', 'pneumothorax- effusion+'],
      ['Small effusion on the left.\nPneumothorax\tNo\nSmall nodule.', 'effusion+ pneumothorax- nodule+'],
    ] as const) // biome-ignore format: one row a line
      assert.equal(marks(text), expected, text);
  });

  it('of more than two cells: the first that decides counts, and one that another contradicts is a doubt', () => {
    for (const [text, expected] of [
      ['Pneumothorax\tNo\tNo', 'pneumothorax-'],
      ['Pneumothorax\tLeft\tNo', 'pneumothorax-'],
      ['Nodule\t6 mm\tNo', 'nodule+'],
      ['Effusion\tSmall\tNone', 'effusion+'],
      ['Effusion\tNo\tSmall', 'effusion?'],
      ['Pneumothorax\tNo.\tSee above\nEffusion\tYes.', 'pneumothorax- effusion+'],
    ] as const)
      assert.equal(marks(text), expected, text);
    const [nodule] = readReport([{ section: 'FINDINGS', text: 'Nodule\tright\t6 mm' }]).findings;
    assert.deepEqual([nodule?.assertion, nodule?.laterality, nodule?.sizesMm], ['PRESENT', 'RIGHT', [6]]);
  });

  it('without any marks of cells, with dashes, commas, dots and question marks', () => {
    for (const [answer, next] of [
      ['No', 'Small'],
      ['no', 'small'],
      ['NO', 'SMALL'],
    ] as const)
      for (const mark of [' ', ' - ', ': ', ', ', ' = ', '...', ' ....... ', ' ____ ', ' … ']) {
        const dress = (text: string) => (answer === 'NO' ? text.toUpperCase() : text);
        const text = dress(`Pneumothorax${mark}${answer}\nEffusion${mark}${next}`);
        assert.equal(marks(text), 'pneumothorax- effusion+', text);
      }
    for (const text of ['PNEUMOTHORAX...NONE.', 'Pneumothorax? No', 'Pneumothorax no.', 'Pneumothorax nil'])
      assert.equal(marks(text), 'pneumothorax-', text);
    assert.equal(marks('Pneumothorax: No\nSmall effusion.'), 'pneumothorax- effusion+');
    assert.equal(marks('Pneumothorax? No. Small effusion.'), 'pneumothorax- effusion+');
  });

  it('leave nothing of a denied row in the asserted text', () => {
    const text = 'Pneumothorax\tNo\nEffusion\tSmall\nFracture | None';
    const { reading, toEncode } = readForEncoding([{ section: 'FINDINGS', text }]);
    assert.deepEqual([reading.assertedText, toEncode], ['Effusion Small', ['Effusion Small']]);
  });
});

describe('a tab that parts no cells', () => {
  it('behind a heading, a number, an indentation, and within running text is a blank', () => {
    for (const [text, expected] of [
      ['FINDINGS:\tNo pneumothorax', 'pneumothorax-'],
      ['1.\tNo pneumothorax\n2.\tSmall effusion', 'pneumothorax- effusion+'],
      ['\tNo pneumothorax\n\tSmall effusion', 'pneumothorax- effusion+'],
      ['There is no\tpneumothorax\tor\teffusion', 'pneumothorax- effusion-'],
      ['Impression\tNo pneumothorax or\n\teffusion', 'pneumothorax- effusion-'],
      ['Pneumothorax\tNo evidence of\npneumothorax', 'pneumothorax- pneumothorax-'],
      ['Pneumothorax\tis not seen.', 'pneumothorax-'],
    ] as const)
      assert.equal(marks(text), expected, text);
  });
});

describe('a "no" at the end of a line', () => {
  it('speaks of the next line where the sentence goes on', () => {
    for (const text of ['Mild cardiomegaly no\npneumothorax', 'CARDIOMEGALY, NO\nPNEUMOTHORAX'])
      assert.equal(marks(text), 'cardiomegaly+ pneumothorax-', text);
    assert.equal(marks('There is no\nPneumothorax.'), 'pneumothorax-');
  });
});

describe('a label that its answer names again', () => {
  it('is denied or doubted with it', () => {
    assert.equal(
      marks('Pulmonary embolism: No pulmonary embolism.'),
      'pulmonary-embolism- pulmonary-embolism-',
    );
    assert.equal(marks('Pneumothorax\tNo pneumothorax'), 'pneumothorax- pneumothorax-');
    assert.equal(marks('Nodule: Possible nodule.'), 'nodule? nodule?');
    assert.equal(marks('Nodule: Small nodule.'), 'nodule+ nodule+');
  });
});
