import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PhraseAutomaton, type WordSets } from '../../../core/text/phrase-automaton.ts';
import { tokenize } from '../../../core/text/tokens.ts';
import { Vocabulary } from '../../../core/text/vocabulary.ts';

test('the longest phrase at each place, from left to right', () => {
  assert.deepEqual(
    matches(['pleural effusion', 'effusion', 'effusion size'], 'Pleural effusion, effusion size'),
    ['Pleural effusion', 'effusion size'],
  );
});

test('alternatives, optional words, any word, named sets', () => {
  const phrases = ['heart|cardiac size? @be * enlarged'];
  const sets = { be: ['is', 'was'] };
  for (const text of ['heart is mildly enlarged', 'Cardiac size was very enlarged']) {
    assert.deepEqual(matches(phrases, text, sets), [text]);
  }
  for (const text of [
    'heart is enlarged',
    'heart is , enlarged',
    'heart mildly enlarged',
    'heart is very very enlarged',
  ]) {
    assert.deepEqual(matches(phrases, text, sets), [], text);
  }
});

test('hyphens read as blanks, redactions as nothing', () => {
  assert.deepEqual(matches(['air space disease'], 'Air-space XXXX disease XXXX'), ['Air-space XXXX disease']);
});

test('one phrase may name several things', () => {
  const vocabulary = new Vocabulary();
  const automaton = new PhraseAutomaton(
    [
      ['hydropneumothorax', 'effusion'],
      ['hydropneumothorax', 'pneumothorax'],
    ],
    vocabulary,
  );
  const tokens = tokenize('Hydropneumothorax', vocabulary);
  assert.deepEqual(automaton.match(tokens, 0, 1)[0]?.values, ['effusion', 'pneumothorax']);
});

test('phrases that are not well formed are refused', () => {
  for (const phrase of ['', 'a  b', 'a? b?', '* a', 'Upper', 'x-ray', 'the @unknown', 'a|']) {
    assert.throws(() => new PhraseAutomaton([[phrase, 1]], new Vocabulary()), /phrase/, phrase);
  }
});

function matches(phrases: string[], text: string, sets: WordSets = {}): string[] {
  const vocabulary = new Vocabulary();
  const automaton = new PhraseAutomaton(
    phrases.map((phrase) => [phrase, phrase] as const),
    vocabulary,
    sets,
  );
  const tokens = tokenize(text, vocabulary);
  return automaton
    .match(tokens, 0, tokens.count)
    .map(({ first, last }) => text.slice(tokens.start(first), tokens.end(last - 1)));
}
