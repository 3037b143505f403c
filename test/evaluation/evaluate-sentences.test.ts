import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateSentences } from '../../evaluation/evaluate-sentences.ts';

test('a sentence is right where every finding reads as its answer says', () => {
  const it = evaluateSentences([
    { text: 'No effusion.', read: 'effusion-', about: 'denial' },
    { text: 'Possible pneumonia.', read: 'pneumonia?', about: 'doubt' },
    { text: 'Effusion.', read: 'effusion-', about: 'denial' },
  ]);
  assert.deepEqual([it.sentences, it.right], [3, 2]);
  assert.deepEqual(it.about, { denial: { sentences: 2, right: 1 }, doubt: { sentences: 1, right: 1 } });
  assert.deepEqual(it.wrong, [
    { text: 'Effusion.', about: 'denial', wanted: 'effusion-', read: 'effusion+' },
  ]);
});
