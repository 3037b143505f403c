import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGoldenSet } from '../../../core/site-lexicon/golden-set.ts';
import { LABELER, labelerVersion } from '../../../core/text/labeler-version.ts';
import { compileLexicon, DEFAULT_LEXICON_DATA, type LexiconData } from '../../../core/text/lexicon.ts';

test('the lexicon that comes with Interleave passes', () => assert.deepEqual(checkGoldenSet(), []));

test('a lexicon that lost its denials does not, and is another version', () => {
  const { cues } = DEFAULT_LEXICON_DATA;
  const without: LexiconData = {
    ...DEFAULT_LEXICON_DATA,
    cues: { ...cues, cues: cues.cues.filter(({ assertion }) => assertion !== 'ABSENT') },
  };
  const lexicon = compileLexicon(without);
  assert.match(checkGoldenSet(lexicon).join('\n'), /No pneumothorax\.".*pneumothorax PRESENT/);
  assert.notEqual(labelerVersion(lexicon).hash, LABELER.hash);
  assert.match(LABELER.hash, /^[0-9a-f]{64}$/);
});
