import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IdSet } from '../../../core/text/id-set.ts';
import { Vocabulary } from '../../../core/text/vocabulary.ts';

const word = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'B', 'c', '1', 'é', "'"), minLength: 1, maxLength: 40 }),
  fc.string({ minLength: 1 }),
);

test('a word within a text has the number that it has alone, in whatever case', () => {
  fc.assert(
    fc.property(fc.array(word), word, fc.string(), fc.string(), (known, asked, before, after) => {
      const vocabulary = new Vocabulary();
      for (const one of known) vocabulary.add(one.toLowerCase());
      for (const one of [...known, asked]) {
        if (one.length === 1 && !/[a-z0-9]/i.test(one)) continue; // punctuation is told apart before
        const at = vocabulary.idAt(`${before}${one}${after}`, before.length, before.length + one.length);
        assert.equal(at, vocabulary.id(one.toLowerCase()), one);
      }
    }),
  );
});

test('a vocabulary of many words numbers each of them once', () => {
  const vocabulary = new Vocabulary();
  const ids = Array.from({ length: 5_000 }, (_, number) => vocabulary.add(`word${number}`));
  assert.equal(new Set(ids).size, 5_000);
  for (const [number, id] of ids.entries())
    assert.equal(vocabulary.idAt(`WORD${number}`, 0, `WORD${number}`.length), id);
});

test('a set of numbers holds what was put in, however large', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000)), fc.nat(5_000), (ids, asked) => {
      assert.equal(new IdSet(ids).has(asked), ids.includes(asked));
    }),
  );
});
