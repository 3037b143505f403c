import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf } from '../../../core/errors.ts';
import { MAX_VECTOR_GENERATIONS } from '../../../core/radiology/limits.ts';
import {
  askToReembed,
  FIRST_GENERATION,
  firstGeneration,
  isPossible,
  MAX_LIVE_GENERATIONS,
  type ModelGenerations,
  promote,
  retire,
} from '../../../core/radiology/model-generations.ts';

const bundle = (name: string) => ({
  kind: 'image-encoder',
  name,
  hash: Buffer.from(name).toString('hex').padEnd(64, '0'),
  dims: 64,
});
const [A, B, C] = ['a', 'b', 'c'].map(bundle) as [Bundle, Bundle, Bundle];
type Bundle = ReturnType<typeof bundle>;
const BY = { decidedAt: 5, actor: 'op' };

const generations = ({ live }: ModelGenerations) => live.map(({ name, generation }) => [name, generation]);

test('a second bundle lives beside the first until one is retired', () => {
  const first = firstGeneration(A);
  assert.deepEqual(generations(first), [['a', FIRST_GENERATION]]);
  const both = promote(first, B, BY);
  assert.deepEqual(generations(both), [
    ['a', 1],
    ['b', 2],
  ]);
  assert.deepEqual({ decidedAt: both.decidedAt, actor: both.actor }, BY);
  assert.deepEqual(generations(retire(both, A.hash, BY)), [['b', 2]]);
});

test('as many are live as a case keeps vectors of', () => {
  assert.equal(MAX_LIVE_GENERATIONS, MAX_VECTOR_GENERATIONS);
  refused(() => promote(promote(firstGeneration(A), B, BY), C, BY));
});

test('what is live is not promoted, what is not is not retired, and the only one stays', () => {
  const first = firstGeneration(A);
  refused(() => promote(first, A, BY));
  refused(() => retire(first, B.hash, BY));
  refused(() => retire(first, A.hash, BY));
  refused(() => askToReembed(first, B.hash, BY));
});

test('a bundle that comes back gets a new generation: a case keeps the newest', () => {
  const onlyB = retire(promote(firstGeneration(A), B, BY), A.hash, BY);
  assert.deepEqual(generations(promote(onlyB, A, BY)), [
    ['b', 2],
    ['a', 3],
  ]);
  const onlyA = retire(promote(firstGeneration(A), B, BY), B.hash, BY);
  assert.deepEqual(generations(promote(onlyA, B, BY)), [
    ['a', 1],
    ['b', 3],
  ]);
});

test('reembedding is asked of one bundle, and can be asked again', () => {
  const both = promote(firstGeneration(A), B, BY);
  const asked = askToReembed(both, B.hash, { ...BY, decidedAt: 9 });
  assert.deepEqual(
    asked.live.map(({ reembedAt }) => reembedAt),
    [0, 9],
  );
  assert.equal(askToReembed(asked, B.hash, { ...BY, decidedAt: 11 }).live[1]?.reembedAt, 11);
});

test('whatever is decided, generations only grow, none is given twice, and readers take the record', () => {
  const decision = fc.record({
    what: fc.constantFrom('promote', 'retire', 'reembed'),
    of: fc.constantFrom(A, B, C),
  });
  fc.assert(
    fc.property(fc.array(decision, { maxLength: 30 }), (decisions) => {
      let state = firstGeneration(A);
      const given = new Set([FIRST_GENERATION]);
      for (const { what, of } of decisions) {
        try {
          if (what === 'promote') {
            state = promote(state, of, BY);
            const { generation = 0 } = state.live.at(-1) ?? {};
            assert.ok(!given.has(generation) && generation === Math.max(...given) + 1);
            given.add(generation);
          } else state = what === 'retire' ? retire(state, of.hash, BY) : askToReembed(state, of.hash, BY);
        } catch (error) {
          assert.equal(codeOf(error), 'MODEL_DECISION_REFUSED');
        }
        assert.ok(isPossible('image-encoder', state));
      }
    }),
  );
});

test('a record that nobody can have decided is none', () => {
  const both = promote(firstGeneration(A), B, BY);
  const [a, b] = both.live as [ModelGenerations['live'][0], ModelGenerations['live'][0]];
  assert.ok(!isPossible('text-encoder', both));
  for (const live of [
    [],
    [b, a],
    [a, a],
    [a, { ...b, generation: 3 }],
    [{ ...a, bundle: 'x' }],
    [a, b, { ...b, generation: 3 }],
  ])
    assert.ok(!isPossible('image-encoder', { ...both, live }), JSON.stringify(live));
});

function refused(decide: () => unknown): void {
  assert.throws(decide, (error) => codeOf(error) === 'MODEL_DECISION_REFUSED');
}
