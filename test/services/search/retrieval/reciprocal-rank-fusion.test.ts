import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  fuse,
  type Leg,
  RANK_CONSTANT,
} from '../../../../services/search/retrieval/reciprocal-rank-fusion.ts';

const leg = (name: string, ids: string, weight = 1): Leg<string> => ({
  leg: name,
  weight,
  entries: [...ids].map((id, position) => ({ id, score: 100 - position })),
});

/** Legs in which no two entries tie and no id comes twice. */
const legs = fc
  .array(
    fc.record({ ids: fc.uniqueArray(fc.constantFrom(...'abcdefghij')), weight: fc.constantFrom(0.5, 1, 2) }),
    { maxLength: 4 },
  )
  .map((all) => all.map(({ ids, weight }, position) => leg(`leg ${position}`, ids.join(''), weight)));

describe('fuse', () => {
  it('puts what two legs agree on before what one leg has first', () => {
    assert.deepEqual(
      fuse([leg('words', 'axb'), leg('meaning', 'cxd')]).map(({ id }) => id),
      ['x', 'a', 'c', 'b', 'd'],
    );
  });

  it('is the sum of weight / (60 + rank), and says where each leg has a case', () => {
    const [first] = fuse([leg('words', 'ab', 2), leg('meaning', 'ba')]);
    assert.equal(first?.id, 'a');
    assert.equal(first?.score, 2 / (RANK_CONSTANT + 1) + 1 / (RANK_CONSTANT + 2));
    assert.deepEqual(first?.legs, [
      { leg: 'words', rank: 1, score: 100 },
      { leg: 'meaning', rank: 2, score: 99 },
    ]);
  });

  it('gives entries of one score one rank, so that an order without meaning adds nothing', () => {
    const tied = { leg: 'words', weight: 1, entries: ['a', 'b', 'c'].map((id) => ({ id, score: 0 })) };
    assert.deepEqual(
      fuse([tied, leg('meaning', 'cba')]).map(({ id }) => id),
      ['c', 'b', 'a'],
    );
  });

  it('leaves a leg of weight 0 out', () => {
    assert.deepEqual(
      fuse([leg('words', 'ab', 0), leg('meaning', 'c')]).map(({ id }) => id),
      ['c'],
    );
  });

  it('holds every case of every leg once, the best score first, in whatever order the legs come', () => {
    fc.assert(
      fc.property(legs, (given) => {
        const fused = fuse(given);
        const ids = fused.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        assert.deepEqual(new Set(ids), new Set(given.flatMap(({ entries }) => entries.map(({ id }) => id))));
        for (let i = 1; i < fused.length; i++)
          assert.ok((fused[i - 1]?.score ?? 0) >= (fused[i]?.score ?? 0));
        const scores = new Map(fuse(given.toReversed()).map(({ id, score }) => [id, score]));
        for (const { id, score } of fused) assert.ok(Math.abs(score - (scores.get(id) ?? 0)) < 1e-12);
      }),
    );
  });

  it('a case never falls behind by rising in a leg', () => {
    fc.assert(
      fc.property(legs, fc.nat(), fc.nat(), (given, which, where) => {
        const chosen = given[which % Math.max(1, given.length)];
        if (chosen === undefined || chosen.entries.length < 2) return;
        const at = 1 + (where % (chosen.entries.length - 1));
        const id = chosen.entries[at]?.id;
        const order = chosen.entries.map((entry) => entry.id);
        order.splice(at - 1, 2, order[at] ?? '', order[at - 1] ?? '');
        const raised = given.map((one) =>
          one === chosen ? { ...leg(one.leg, order.join('')), weight: one.weight } : one,
        );
        const place = (all: readonly Leg<string>[]) => fuse(all).find((hit) => hit.id === id)?.score ?? 0;
        assert.ok(place(raised) > place(given));
      }),
    );
  });
});
