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
  ['Is there a mass? Yes!', 'Is there a mass?|Yes!'],
  ['Opacity, ?pneumonia.', 'Opacity, ?pneumonia.'],
  ['. . .', ''],
];

for (const [text, expected] of TEXTS) {
  test(JSON.stringify(text), () => assert.equal(sentencesOf(text).join('|'), expected));
}

function sentencesOf(text: string): string[] {
  const { vocabulary, headings, sentenceWords } = DEFAULT_LEXICON;
  const tokens = tokenize(text, vocabulary);
  const sections = readSections(tokens, [{ section: null, start: 0, end: text.length }], headings);
  return readSentences(tokens, sections, sentenceWords).map(({ start, end }) => text.slice(start, end));
}
