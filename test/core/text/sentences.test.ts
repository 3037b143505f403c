import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LEXICON } from '../../../core/text/lexicon.ts';
import { readSections } from '../../../core/text/sections.ts';
import { readSentences } from '../../../core/text/sentences.ts';
import { tokenize } from '../../../core/text/tokens.ts';

/** Sentences are parted by `|`. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['Heart is normal. Lungs are clear.', 'Heart is normal.|Lungs are clear.'],
  ['heart is normal. lungs are clear.', 'heart is normal.|lungs are clear.'],
  ['Heart is normal.Lungs are clear.', 'Heart is normal.|Lungs are clear.'],
  ['Heart is normal.. Lungs are clear', 'Heart is normal..|Lungs are clear'],
  ['A 2.5 cm mass. It is new.', 'A 2.5 cm mass.|It is new.'],
  ['Seen by Dr. Smith vs. Dr. Jones. Normal.', 'Seen by Dr. Smith vs. Dr. Jones.|Normal.'],
  ['Signs, e.g. edema, i.e. fluid. Normal.', 'Signs, e.g. edema, i.e. fluid.|Normal.'],
  ['Mass (se. 3, im. 30). Normal.', 'Mass (se. 3, im. 30).|Normal.'],
  ['Effusion: No. Mass: no.', 'Effusion: No.|Mass: no.'],
  ['Normal (as before.) Clear.', 'Normal (as before.)|Clear.'],
  ['1. Mass. 2. Small effusion. 3) Normal.', 'Mass.|Small effusion.|Normal.'],
  ['1. Mass in the lung 2. Small effusion', 'Mass in the lung|Small effusion'],
  ['1. Mass\n2. Small effusion\n3. Normal', 'Mass|Small effusion|Normal'],
  ['- Mass\n- Small effusion', 'Mass|Small effusion'],
  ['There are 2 nodules. 3 mm each.', 'There are 2 nodules.|3 mm each.'],
  ['No evidence of\npleural effusion.', 'No evidence of\npleural effusion.'],
  ['No evidence of\nKerley lines or\nCHF.', 'No evidence of\nKerley lines or\nCHF.'],
  ['No evidence of the\nXXXX pleural effusion.', 'No evidence of the\nXXXX pleural effusion.'],
  ['Heart normal\nLungs clear\nNo effusion', 'Heart normal|Lungs clear|No effusion'],
  ['HEART NORMAL\nLUNGS CLEAR\nNO EFFUSION', 'HEART NORMAL|LUNGS CLEAR|NO EFFUSION'],
  [
    'THE HEART IS NORMAL IN SIZE AND THERE IS NO PLEURAL\nEFFUSION. NORMAL.',
    'THE HEART IS NORMAL IN SIZE AND THERE IS NO PLEURAL\nEFFUSION.|NORMAL.',
  ],
  ['Lungs: Clear\nHeart: Normal', 'Lungs: Clear|Heart: Normal'],
  ['Heart normal\n\nlungs clear', 'Heart normal|lungs clear'],
  ['A mass (image\n80) is seen.', 'A mass (image\n80) is seen.'],
  ['Masses on images\n80. Normal.', 'Masses on images\n80.|Normal.'],
  ['MASS ON SERIES 3\nIMAGE 5.', 'MASS ON SERIES 3\nIMAGE 5.'],
  ['1. Mass (series 3, image 2). 2. Normal.', 'Mass (series 3, image 2).|Normal.'],
  ['1. Mass on images 1 and 2. It is new.', 'Mass on images 1 and 2.|It is new.'],
  ['Limited images\n1. Mass\n2. Normal', 'Limited images|Mass|Normal'],
  ['1. Normal lateral image\n2. Normal', 'Normal lateral image|Normal'],
  ['1. Normal images 2. Normal', 'Normal images|Normal'],
  ['Mass on image\n\n80 is normal.', 'Mass on image|80 is normal.'],
  ['Is there a mass? Yes!', 'Is there a mass?|Yes!'],
  ['Opacity, ?pneumonia.', 'Opacity, ?pneumonia.'],
  ['. . .', ''],
];

for (const [text, expected] of TEXTS) {
  test(JSON.stringify(text), () => assert.equal(sentencesOf(text).join('|'), expected));
}

function sentencesOf(text: string): string[] {
  const { vocabulary, headings, sentenceWords, citationWords } = DEFAULT_LEXICON;
  const tokens = tokenize(text, vocabulary);
  const sections = readSections(tokens, [{ section: null, start: 0, end: text.length }], headings);
  const sentences = readSentences(tokens, sections, sentenceWords, citationWords);
  return sentences.map(({ start, end }) => text.slice(start, end));
}
