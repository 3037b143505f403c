import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseFrames } from '../../../core/imaging/choose-frames.ts';
import { MAX_READ_FRAMES } from '../../../core/imaging/limits.ts';

test('all of a few frames, else some spread evenly, the representative one among them', () => {
  assert.deepEqual(chooseFrames(1, null), [1]);
  assert.deepEqual(chooseFrames(4, 2), [1, 2, 3, 4]);
  assert.deepEqual(chooseFrames(80, null), [11, 31, 51, 71]);
  assert.deepEqual(chooseFrames(80, 33), [11, 33, 51, 71]);
  assert.deepEqual(chooseFrames(80, 999), [11, 31, 51, 71]);
});

test(`at most ${MAX_READ_FRAMES}, rising, and all there`, () => {
  const any = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(any, fc.option(any), (frames, representative) => {
      const chosen = chooseFrames(frames, representative);
      assert.equal(chosen.length, Math.min(frames, MAX_READ_FRAMES));
      assert.deepEqual(
        [...new Set(chosen)].sort((a, b) => a - b),
        chosen,
      );
      assert.ok(chosen.every((frame) => frame >= 1 && frame <= frames));
      if (representative !== null && representative <= frames) assert.ok(chosen.includes(representative));
    }),
  );
});
