/** Each parser for 20 s (`INTERLEAVE_FUZZ_SECONDS`) with a new seed, which is told; `npm run fuzz` goes on for longer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runFuzz } from './run-fuzz.ts';
import { FUZZ_TARGETS } from './targets.ts';

const seconds = Number(process.env['INTERLEAVE_FUZZ_SECONDS'] ?? 20);
const seed = Number(process.env['INTERLEAVE_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

describe('fuzzing', () => {
  for (const target of FUZZ_TARGETS)
    it(`${target.name}: only coded errors, the same in any chunks, in bounded time and memory`, async (t) => {
      const result = await runFuzz(target, { seconds, seed });
      assert.ok(result.executions > 0);
      t.diagnostic(JSON.stringify(result));
    });
});
