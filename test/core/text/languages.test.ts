import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isMostlyUnread } from '../../../core/radiology/unread-language.ts';
import goldenSet from '../../../core/text/lexicon/golden-set.json' with { type: 'json' };
import { readForEncoding, readReport } from '../../../core/text/reading.ts';
import hard from '../../../evaluation/adversarial-sentences.json' with { type: 'json' };
import { readingMarks } from '../../../evaluation/reading-marks.ts';
import foreignSentences from './foreign-sentences.json' with { type: 'json' };

/** Each names a finding in the word that English has, too. */
const FOREIGN: readonly string[] = Object.values(foreignSentences).flat();

const read = (text: string) => readReport([{ section: null, text }]);
const marks = (text: string) => readingMarks(read(text).findings);
const unread = (text: string) => read(text).unread.map(({ start, end }) => text.slice(start, end));

describe('a sentence that is not English', () => {
  it('gives no label in any of 16 languages and seven other scripts, and is said not to be read', () => {
    for (const [language, sentences] of Object.entries(foreignSentences))
      for (const sentence of sentences) {
        const reading = read(sentence);
        assert.deepEqual(reading.findings, [], `${language}: ${sentence}`);
        assert.equal(reading.assertedText, '', `${language}: ${sentence}`);
        assert.ok(isMostlyUnread(reading), `${language}: ${sentence}`);
      }
  });

  it('gives none in capitals, nor without its full stop', () => {
    for (const sentence of FOREIGN)
      for (const dress of [sentence.toUpperCase(), sentence.replace(/\.$/, '')])
        assert.deepEqual(read(dress).findings, [], dress);
  });

  it('gives none in whatever company, and takes nothing from the English sentences around it', () => {
    const english = goldenSet.map(({ text }) => text).filter((text) => text.startsWith('FINDINGS: '));
    fc.assert(
      fc.property(
        fc.constantFrom(...english),
        fc.constantFrom(...FOREIGN),
        fc.boolean(),
        (own, other, first) => {
          const around = first ? `FINDINGS: ${other}\n\n${own}` : `${own}\n\nFINDINGS: ${other}`;
          const found = readingMarks(read(around).findings);
          const alone = readingMarks(read(own).findings);
          // Where the English sentence has no word of its own ("No pneumothorax."), its language is the report's.
          assert.ok(found === alone || found === '', `${around}: ${found}`);
        },
      ),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FOREIGN), { minLength: 1, maxLength: 8 }), (sentences) => {
        const reading = readForEncoding([{ section: null, text: sentences.join(' ') }]);
        assert.deepEqual([reading.reading.findings, reading.toEncode], [[], []]);
      }),
    );
  });

  it('is parted from English within a report and within a sentence', () => {
    const clear = 'The lungs are clear. Heart size is normal.';
    for (const [text, said, notRead] of [
      ['Kein Erguss. No evidence of pneumothorax. Lunge unauffällig.', 'pneumothorax-', ['Kein Erguss.', 'Lunge unauffällig.']],
      [`${clear} Kein Pneumothorax. No effusion.`, `${marks(clear)} effusion-`, ['Kein Pneumothorax.']],
      ['Small effusion; kein Pneumothorax.', 'effusion+', ['; kein Pneumothorax.']],
      ['Enlarged heart: nein', '', ['Enlarged heart: nein']],
      ['Pneumothorax, Erguss oder Infiltrat nicht nachweisbar.', '', ['Pneumothorax, Erguss oder Infiltrat nicht nachweisbar.']],
      ['FINDINGS: Kein Erguss. Pneumothorax.', '', ['Kein Erguss.', 'Pneumothorax.']],
      ['1. Small effusion\n2. Lungs are clear\n3. Pas de fracture', 'effusion+ lungs-clear+ consolidation- opacity-', ['Pas de fracture']],
    ] as const) // biome-ignore format: one row a line
      assert.deepEqual([marks(text), unread(text)], [said, notRead], text);
  });
});

describe('English', () => {
  it('stays English: the golden set and the hard sentences', () => {
    for (const { text } of goldenSet) assert.deepEqual(unread(text), [], text);
    for (const { text } of hard) assert.deepEqual(unread(text), [], text);
  });

  it('stays so with Latin, loan words, names, drugs, abbreviations, capitals and misspelt', () => {
    for (const text of [
      'NGT in situ. Small effusion.',
      'En face view: nodule.',
      'De novo compression fracture.',
      'Status post sternotomy. Cor pulmonale.',
      'Per os contrast given. Hernia.',
      'ET tube in place. LA enlargement.',
      'Se 4, im 30: nodule.',
      'CT abdomen, sans contrast. Small hernia.',
      'Subsegmnetal atelectasis.',
      'Atelectisis at bases. Small effuson.',
      'S/P CABG. ETT in place. L PTX. R effusion.',
      'Discussed with Dr. Müller. Small effusion.',
      'Sjögren disease with bronchiectasis.',
      'Amiodarone toxicity. Fibrosis.',
      'Pneumothorax.',
      'SMALL PNEUMOTHORAX. NO EFFUSION.',
      'Nodule: 4 mm. Edema: none.',
      'β-thalassemia. Rib expansion.',
      'No hernia.',
      'Non displaced rib fracture.',
      'Non-contrast head CT. No hematoma.',
      'MI. CHF. COPD.',
      'Hernia: no',
    ])
      assert.deepEqual(unread(text), [], text);
  });
});
