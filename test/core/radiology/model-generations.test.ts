import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf } from '../../../core/errors.ts';
import type { Case } from '../../../core/radiology/events.ts';
import { MAX_VECTOR_GENERATIONS } from '../../../core/radiology/limits.ts';
import { mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import {
  askToReembed,
  FIRST_GENERATION,
  firstGeneration,
  isCalled,
  isPossible,
  MAX_GENERATION,
  MAX_LIVE_GENERATIONS,
  type ModelGenerations,
  promote,
  retire,
} from '../../../core/radiology/model-generations.ts';
import { imageEmbedded, reportLabeled, vector } from '../../../harness/event-fixture.ts';

const bundle = (name: string) => ({
  kind: 'image-encoder',
  name,
  hash: Buffer.from(name).toString('hex').padEnd(64, '0'),
  dims: 64,
});
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(bundle) as [Bundle, Bundle, Bundle, Bundle];
type Bundle = ReturnType<typeof bundle>;
const BY = { decidedAt: 5, actor: 'op' };

const NONE = null;

const generations = ({ live }: ModelGenerations) => live.map(({ name, generation }) => [name, generation]);

test('a second bundle lives beside the first until one is retired', () => {
  const first = firstGeneration(A);
  assert.deepEqual(generations(first), [['a', FIRST_GENERATION]]);
  const both = promote(first, B, BY, NONE);
  assert.deepEqual(generations(both), [
    ['a', 1],
    ['b', 2],
  ]);
  assert.deepEqual({ decidedAt: both.decidedAt, actor: both.actor }, BY);
  assert.deepEqual(generations(retire(both, A.hash, BY)), [['b', 2]]);
});

test('as many are live as a case keeps vectors of', () => {
  assert.equal(MAX_LIVE_GENERATIONS, MAX_VECTOR_GENERATIONS);
  refused(() => promote(promote(firstGeneration(A), B, BY, NONE), C, BY, NONE));
});

test('what is live is not promoted, what is not is not retired, and the only one stays', () => {
  const first = firstGeneration(A);
  refused(() => promote(first, A, BY, NONE));
  refused(() => retire(first, B.hash, BY));
  refused(() => retire(first, A.hash, BY));
  refused(() => askToReembed(first, B.hash, BY));
});

test('a bundle that comes back gets a new generation, since a case keeps the newest; the newest gets its own back', () => {
  const onlyB = retire(promote(firstGeneration(A), B, BY, NONE), A.hash, BY);
  assert.deepEqual(generations(promote(onlyB, A, BY, NONE)), [
    ['b', 2],
    ['a', 3],
  ]);
  const onlyA = retire(promote(firstGeneration(A), B, BY, NONE), B.hash, BY);
  assert.deepEqual(generations(promote(onlyA, B, BY, NONE)), [
    ['a', 1],
    ['b', 2],
  ]);
  // As an older version decided it: nobody knows any more whose the newest was.
  assert.deepEqual(generations(promote({ ...onlyA, newestBundle: '' }, B, BY, NONE)), [
    ['a', 1],
    ['b', 3],
  ]);
});

test('what would push the searched vectors out of stored cases is refused, with the way out, which works', () => {
  const both = promote(firstGeneration(A), B, BY, 1);
  assert.throws(() => promote(both, C, BY, 1), /reindex --bundle b`/);
  const onlyA = retire(both, B.hash, BY);
  assert.throws(
    () => promote(onlyA, C, BY, 1),
    /models promote 620000000000`.*reindex --bundle 620000000000`/,
  );
  refused(() => promote(onlyA, C, BY, 1));
  const again = promote(onlyA, B, BY, 1);
  assert.deepEqual(generations(promote(retire(again, A.hash, BY), C, BY, 2)), [
    ['b', 2],
    ['c', 3],
  ]);
  assert.throws(() => promote({ ...onlyA, newestBundle: '' }, C, BY, 1), /not known any more/);
});

/** What can happen to a system with one case, whose every vector comes from a bundle that is live at the time. */
const happening = fc.record({
  what: fc.constantFrom('promote', 'retire', 'embed', 'reindex'),
  of: fc.constantFrom(A, B, C, D),
  some: fc.boolean(),
});

for (const kind of ['image', 'text'] as const)
  test(`whatever is decided, a stored ${kind} keeps the vector that the searched index is made of`, () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        let state = firstGeneration(A);
        let searched = FIRST_GENERATION;
        let held = stored(kind, null, [FIRST_GENERATION]);
        for (const { what, of, some } of happenings)
          try {
            if (what === 'promote') state = promote(state, of, BY, searched);
            // As the command line refuses it.
            else if (what === 'retire') {
              if (state.live.some((one) => one.bundle === of.hash && one.generation !== searched))
                state = retire(state, of.hash, BY);
            } else if (what === 'embed') {
              // `some`: only the newest could be loaded, or it is a reembedding.
              const live = state.live.map(({ generation }) => generation);
              held = stored(kind, held, some ? live.slice(-1) : live);
            } else {
              const wanted = state.live.at(some ? 0 : -1)?.generation ?? searched;
              if (generationsIn(held).includes(wanted)) searched = wanted;
            }
            assert.ok(
              generationsIn(held).includes(searched),
              `${what}: ${searched} of ${generationsIn(held)}`,
            );
          } catch (error) {
            if (codeOf(error) !== 'MODEL_DECISION_REFUSED') throw error;
          }
      }),
      { numRuns: 500 },
    );
  });

/** A case with one thing in it that was embedded with these generations, and before. */
function stored(kind: 'image' | 'text', before: Case | null, made: readonly number[]): Case {
  const vectors = made.map((generation) => vector(generation, generation));
  if (kind === 'text')
    return mergeReport(
      before,
      reportLabeled({ reading: { textVectors: vectors.map((one) => ({ sentence: null, vector: one })) } }),
    );
  return mergeImage(
    before,
    imageEmbedded({ frames: [{ frame: 1, thumbnail: null, vector: null, vectors }] }),
  );
}

/** The newest first. */
function generationsIn({ reports, vectors }: Case): number[] {
  const ofReports = reports.flatMap(({ latest }) => latest.reading.textVectors);
  return [...ofReports, ...vectors].map((one) => one.vector.generation).sort((a, b) => b - a);
}

test('reembedding is asked of one bundle, and can be asked again', () => {
  const both = promote(firstGeneration(A), B, BY, NONE);
  const asked = askToReembed(both, B.hash, { ...BY, decidedAt: 9 });
  assert.deepEqual(
    asked.live.map(({ reembedAt }) => reembedAt),
    [0, 9],
  );
  assert.equal(askToReembed(asked, B.hash, { ...BY, decidedAt: 11 }).live[1]?.reembedAt, 11);
});

test('whatever is decided, generations only grow, no two bundles have one, and readers take the record', () => {
  const decision = fc.record({
    what: fc.constantFrom('promote', 'retire', 'reembed'),
    of: fc.constantFrom(A, B, C),
  });
  fc.assert(
    fc.property(fc.array(decision, { maxLength: 30 }), (decisions) => {
      let state = firstGeneration(A);
      const given = new Map([[FIRST_GENERATION, A.hash]]);
      for (const { what, of } of decisions) {
        try {
          if (what === 'promote') {
            state = promote(state, of, BY, NONE);
            const { generation = 0 } = state.live.at(-1) ?? {};
            const newest = Math.max(...given.keys());
            assert.equal(generation, given.get(newest) === of.hash ? newest : newest + 1);
            given.set(generation, of.hash);
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
  const both = promote(firstGeneration(A), B, BY, NONE);
  const [a, b] = both.live as [ModelGenerations['live'][0], ModelGenerations['live'][0]];
  assert.ok(!isPossible('text-encoder', both));
  for (const live of [
    [],
    [b, a],
    [a, a],
    [a, { ...b, generation: 3 }],
    [{ ...a, bundle: 'x' }],
    [a, b, { ...b, generation: 3 }],
    [{ ...a, name: 'a\u001b[2J' }],
  ])
    assert.ok(!isPossible('image-encoder', { ...both, live }), JSON.stringify(live));
});

test('no record that counts keeps the next decision from being written', () => {
  const at = (generation: number): ModelGenerations => {
    const first = firstGeneration(A);
    return { ...first, live: first.live.map((one) => ({ ...one, generation })), newest: generation };
  };
  for (const generation of [2 ** 31 - 1, MAX_GENERATION + 1])
    assert.ok(!isPossible('image-encoder', at(generation)));
  const last = promote(at(MAX_GENERATION - 1), B, BY, NONE);
  assert.ok(isPossible('image-encoder', last));
  refused(() => promote(retire(last, A.hash, BY), C, BY, NONE));
});

test('a bundle is called by its name, its hash, or eight digits of it', () => {
  const [one] = firstGeneration(B).live as [ModelGenerations['live'][0]];
  for (const called of ['b', B.hash, B.hash.slice(0, 8)]) assert.ok(isCalled(one, called));
  for (const called of ['', 'c', B.hash.slice(0, 7)]) assert.ok(!isCalled(one, called));
});

function refused(decide: () => unknown): void {
  assert.throws(decide, (error) => codeOf(error) === 'MODEL_DECISION_REFUSED');
}
