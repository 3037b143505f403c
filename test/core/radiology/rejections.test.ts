import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import type { Case, ImageEmbedded, Rejection } from '../../../core/radiology/events.ts';
import { mergeCases, mergeImage } from '../../../core/radiology/merge.ts';
import { RejectedImages, rejectImages, rejectionKey } from '../../../core/radiology/rejections.ts';
import { caseStanding } from '../../../core/radiology/standing.ts';
import { imageEmbedded, selection } from '../../../harness/event-fixture.ts';
import { events } from '../../../schemas/events.ts';

const rejectionOf = (sopInstanceUid: string, noteUid = '1.9.1', rejectedAt = 1): Rejection => ({
  sopInstanceUid,
  noteUid,
  titleCode: '113001',
  rejectedAt,
});
const image = (sopInstanceUid: string) => imageEmbedded({ received: { sopInstanceUid } });

/** What the joiner does: every event is merged, and what is registered by then is applied; so is what comes later. */
function joined(steps: readonly (ImageEmbedded | Rejection)[]): Case | null {
  const known = new RejectedImages();
  let state: Case | null = null;
  for (const step of steps) {
    if ('received' in step) state = mergeImage(state, step);
    else known.add(step);
    if (state !== null) state = rejectImages(state, known);
  }
  return state;
}

const step = fc.oneof(
  fc.integer({ min: 0, max: 3 }).map((n): ImageEmbedded | Rejection => image(`1.2.${n}`)),
  fc
    .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
    .map(([n, note, at]): ImageEmbedded | Rejection => rejectionOf(`1.2.${n}`, `1.9.${note}`, at)),
);
const shuffled = fc
  .array(step, { minLength: 1, maxLength: 12 })
  .chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
    ),
  );

test('images and rejections in any order, again and again, give the same case', () => {
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const [one, two] = [joined(list), joined([...other, ...list])];
      assert.deepEqual(one && events.case.encode(one), two && events.case.encode(two));
    }),
    { numRuns: 2_000 },
  );
});

test('what two states know of rejections is known together, whichever is first', () => {
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const [a, b] = [joined(list), joined(other.slice(0, 5))];
      if (a === null || b === null) return;
      assert.deepEqual(events.case.encode(mergeCases(a, b)), events.case.encode(mergeCases(b, a)));
      assert.deepEqual(events.case.encode(mergeCases(a, a)), events.case.encode(a));
    }),
    { numRuns: 1_000 },
  );
});

test('a rejected image is not shown, nor marked; an image that is sent again stays rejected', () => {
  const marks = selection('1.8', '113000', ['1.2.1', '1.2.2']);
  const state = joined([rejectionOf('1.2.1'), image('1.2.1'), image('1.2.2'), marks, image('1.2.1')]);
  assert(state !== null);
  const standing = caseStanding(state);
  assert.deepEqual([...standing.shownImages], ['1.2.2']);
  assert.deepEqual([...standing.marks.marked.keys()], ['1.2.2']);
  assert.deepEqual(standing.flags, ['IMAGES_REJECTED']);
  assert.equal(
    joined([image('1.2.1'), rejectionOf('1.2.1')])?.images.length,
    1,
    'the object stays in its case',
  );
});

test('a rejected selection marks nothing', () => {
  const state = joined([image('1.2.1'), selection('1.8', '113000', ['1.2.1']), rejectionOf('1.8')]);
  assert(state !== null);
  assert.equal(caseStanding(state).marks.marked.size, 0);
});

test('a note that is rejected itself goes on to reject', () => {
  const note = selection('1.9.1', '113001', ['1.2.1']);
  const state = joined([image('1.2.1'), note, rejectionOf('1.2.1'), rejectionOf('1.9.1', '1.9.2')]);
  assert(state !== null);
  assert.equal(caseStanding(state).shownImages.size, 0);
});

test('the same note again adds nothing; another note of the same image has a key of its own', () => {
  const known = new RejectedImages();
  assert.equal(known.add(rejectionOf('1.2.1', '1.9.1', 5)), true);
  assert.equal(known.add(rejectionOf('1.2.1', '1.9.1', 6)), false);
  const secret = randomBytes(32);
  const keys = [rejectionOf('1.2.1', '1.9.1'), rejectionOf('1.2.1', '1.9.2'), rejectionOf('1.2.2', '1.9.1')];
  assert.equal(new Set(keys.map((one) => rejectionKey(secret, one))).size, 3);
  assert.equal(
    rejectionKey(secret, rejectionOf('1.2.1', '1.9.1', 7)),
    rejectionKey(secret, keys[0] ?? rejectionOf('')),
  );
  assert.doesNotMatch(rejectionKey(secret, rejectionOf('1.2.1')), /1\.2\.1/);
});
