import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Case, ImageEmbedded, Removal, ReportLabeled } from '../../../core/radiology/events.ts';
import { leftOutByImage, leftOutByReport } from '../../../core/radiology/left-out.ts';
import * as limits from '../../../core/radiology/limits.ts';
import { mergeCases, mergeImage, mergeReport, removeFrom } from '../../../core/radiology/merge.ts';
import { caseStanding } from '../../../core/radiology/standing.ts';
import { imageEmbedded, reportLabeled, selection, vector } from '../../../harness/event-fixture.ts';
import { events } from '../../../schemas/events.ts';

/** So small that every list overflows. */
const SMALL: limits.CaseLimits = {
  ...limits.CASE_LIMITS,
  reports: 2,
  images: 3,
  selections: 1,
  imageFrames: 2,
  embeddedFrames: 3,
};

const removalOf = (given: Partial<Removal>): Removal => ({
  what: 'IMAGE',
  sopInstanceUid: given.what === 'REPORT' ? '' : '1.2.1',
  report: null,
  why: 'MOVED',
  code: '',
  by: 'operator',
  decidingOffset: 1,
  decidedAt: 1,
  frames: [],
  ...given,
});
const image = (uid: number, frames = 1) =>
  imageEmbedded({
    received: { sopInstanceUid: `1.2.${uid}` },
    frames: Array.from({ length: frames }, (_, i) => ({
      frame: i + 1,
      thumbnail: null,
      vector: vector(1, i),
    })),
  });
const report = (filler: number) =>
  reportLabeled({ received: { identity: { facility: 'H', fillerNumber: `F${filler}` } } });
const ofReport = (filler: number, why: Removal['why']) =>
  removalOf({ what: 'REPORT', why, report: { facility: 'H', fillerNumber: `F${filler}` } });

type Step = ImageEmbedded | ReportLabeled | Removal;
const merge = (state: Case | null, step: Step, by: limits.CaseLimits): Case => {
  if ('what' in step) return removeFrom(state ?? EMPTY, [step], by);
  return 'frames' in step ? mergeImage(state, step, by) : mergeReport(state, step, by);
};
/** A case always begins with content: a removal is of what a person or a note saw in it. */
const EMPTY: Case = { ...mergeReport(null, report(0)), reports: [] };
const mergeAll = (steps: readonly Step[], by: limits.CaseLimits) =>
  steps.reduce((state, step) => merge(state, step, by), EMPTY);
const bytes = (state: Case): Buffer => events.case.encode(state);

const small = (max: number) => fc.integer({ min: 0, max });
const why = fc.constantFrom<Removal['why']>('REJECTED', 'WITHDRAWN', 'MOVED', 'ERASED');
const decision = fc.record({
  why,
  by: fc.constantFrom('a', 'b'),
  decidedAt: small(2),
  decidingOffset: small(2),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(small(5), small(3)).map(([uid, frames]): Step => image(uid, frames)),
  small(2).map((uid): Step => selection(`1.2.${uid}`, '113000', ['1.2.1'])),
  small(3).map((filler): Step => report(filler)),
  fc
    .tuple(decision, fc.constantFrom('IMAGE' as const, 'SELECTION' as const), small(5))
    .map(([decided, what, uid]): Step => removalOf({ ...decided, what, sopInstanceUid: `1.2.${uid}` })),
  fc
    .tuple(decision, small(3))
    .map(([decided, filler]): Step => ({ ...ofReport(filler, 'MOVED'), ...decided })),
);
const shuffled = fc
  .array(step, { minLength: 1, maxLength: 14 })
  .chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
    ),
  );

for (const [name, by] of [
  ['the real limits', limits.CASE_LIMITS],
  ['limits that overflow', SMALL],
] as const) {
  test(`${name}: content and removals in any order, again and again, give the same case`, () => {
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const once = mergeAll(list, by);
        assert.deepEqual(bytes(mergeAll(other, by)), bytes(once));
        assert.deepEqual(bytes(mergeAll([...list, ...other], by)), bytes(once));
      }),
      { numRuns: 2_000 },
    );
  });

  test(`${name}: states that grew apart know together what was removed, on either side`, () => {
    fc.assert(
      fc.property(shuffled, small(14), small(14), ([list, other], first, second) => {
        const [i, j] = [Math.min(first, second), Math.max(first, second)];
        const [a, b, c] = [other.slice(0, i), other.slice(i, j), other.slice(j)].map((part) =>
          mergeAll(part, by),
        ) as [Case, Case, Case];
        const whole = bytes(mergeAll(list, by));
        assert.deepEqual(bytes(mergeCases(mergeCases(a, b, by), c, by)), whole);
        assert.deepEqual(bytes(mergeCases(a, mergeCases(c, b, by), by)), whole);
        assert.deepEqual(bytes(mergeCases(a, a, by)), bytes(a));
      }),
      { numRuns: 1_000 },
    );
  });

  test(`${name}: what was moved or erased never comes back, and a limit does not claim it`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), step, (list, next) => {
        const before = mergeAll(list, by);
        const after = merge(before, next, by);
        for (const { what, why: kind, sopInstanceUid } of after.removals)
          if (what === 'IMAGE' && (kind === 'MOVED' || kind === 'ERASED')) {
            const held = after.images.filter(({ received }) => received.kind === 'IMAGE');
            assert.ok(!held.some(({ received }) => received.sopInstanceUid === sopInstanceUid));
            assert.ok(!after.vectors.some((one) => one.sopInstanceUid === sopInstanceUid));
          }
        if ('what' in next) return;
        const left =
          'frames' in next ? leftOutByImage(before, next, after) : leftOutByReport(before, next, after);
        const again = merge(after, next, by);
        assert.deepEqual(bytes(again), bytes(after));
        if (left.arrived) assert.equal(after.overflow, true);
      }),
      { numRuns: 500 },
    );
  });

  test(`${name}: the removal set survives being written and read`, () => {
    fc.assert(
      fc.property(shuffled, ([list]) => {
        const state = mergeAll(list, by);
        assert.deepEqual(
          JSON.stringify(events.case.decode(bytes(state)).removals),
          JSON.stringify(state.removals),
        );
      }),
      { numRuns: 300 },
    );
  });
}

test('a report or image that a person withdraws is hidden, and stays in its case', () => {
  const state = mergeAll(
    [image(1), report(1), ofReport(1, 'WITHDRAWN'), removalOf({ why: 'WITHDRAWN' })],
    SMALL,
  );
  const standing = caseStanding(state);
  assert.equal(standing.standing, 'WITHDRAWN');
  assert.equal(standing.shownImages.size, 0);
  assert.equal(state.images.length + state.reports.length, 2);
});

test('an image that was moved away leaves its case, and its late repeat is no image that a limit left out', () => {
  const state = mergeAll([image(1), image(2), removalOf({})], limits.CASE_LIMITS);
  const again = mergeImage(state, image(1));
  assert.deepEqual(
    again.images.map(({ received }) => received.sopInstanceUid),
    ['1.2.2'],
  );
  assert.deepEqual(leftOutByImage({ ...state, overflow: true }, image(1), { ...again, overflow: true }), {
    arrived: false,
    reports: [],
    images: [],
  });
});

test('the stronger kind counts, then the first decision', () => {
  const kinds = (...list: Partial<Removal>[]) =>
    mergeAll([image(1), ...list.map(removalOf)], limits.CASE_LIMITS).removals.map(({ why: kind, by }) => [
      kind,
      by,
    ]);
  assert.deepEqual(kinds({ why: 'MOVED', decidedAt: 9 }, { why: 'REJECTED', decidedAt: 1 }), [
    ['MOVED', 'operator'],
  ]);
  assert.deepEqual(kinds({ by: 'later', decidedAt: 2 }, { by: 'first', decidedAt: 1 }), [['MOVED', 'first']]);
});

test('MAX_REMOVAL_DECIDER_BYTES and MAX_REMOVAL_CODE_BYTES: what is longer is cut, whole characters only', () => {
  const [removal] = mergeAll([removalOf({ by: 'ä'.repeat(40), code: 'x'.repeat(20) })], SMALL).removals;
  assert.equal(removal?.by, 'ä'.repeat(limits.MAX_REMOVAL_DECIDER_BYTES / 2));
  assert.equal(removal?.code.length, limits.MAX_REMOVAL_CODE_BYTES);
});

test('a case that an older version wrote: its rejections are removals', () => {
  const state = removeFrom(mergeAll([image(1), image(2)], SMALL), [
    removalOf({ why: 'REJECTED', by: '1.9.1', code: '113001', decidingOffset: -1 }),
  ]);
  // Rejections of images are written as they always were.
  const read = events.case.decode(bytes(state));
  assert.equal(caseStanding(read).shownImages.has('1.2.1'), false);
  assert.equal(JSON.stringify(read.removals), JSON.stringify(state.removals));
});
