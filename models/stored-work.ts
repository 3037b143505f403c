import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, InterleaveError } from '../core/errors.ts';
import type { LiveTraffic } from '../platform/concurrency/live-traffic.ts';
import { MAX_GIVE_WAY_MS } from './limits.ts';

export interface StoredWorkOptions<T> {
  live: Pick<LiveTraffic, 'givesWay'>;
  /** ends a poll after the batch that is under way; its records are not committed then */
  stopping: AbortSignal;
  /** items that are worked on at once */
  batch: number;
  /** a poll with more to do is broken off after so long and comes again, or the consumer would count as stalled */
  maxPollMs: number;
  /** of kind `retry`: what a poll fails with that is broken off */
  unfinished: ErrorCode;
  /** items that are remembered as done after their poll; those of the poll at hand always are */
  remembered: number;
  /** names an item: what was done under it is not done again */
  keyOf(item: T): string;
  work(batch: readonly T[]): Promise<void>;
  /** for how long to rest after a batch that took so long */
  restMs(tookMs: number, batch: readonly T[]): number;
}

/**
 * Works through what is stored, at a pace: in batches, each of which gives way to what comes in. A poll that was broken off
 * goes on after what was done of it; an item counts as done when its batch has succeeded.
 */
export function storedWork<T>(options: StoredWorkOptions<T>): (items: readonly T[]) => Promise<void> {
  const { live, stopping, batch: size, maxPollMs, unfinished, remembered, keyOf, work, restMs } = options;
  const done = new Set<string>();

  return async (items) => {
    const end = performance.now() + maxPollMs;
    const rest = items.filter((item) => !done.has(keyOf(item)));
    for (let from = 0; from < rest.length; from += size) {
      await live.givesWay(MAX_GIVE_WAY_MS);
      if (stopping.aborted || (from > 0 && performance.now() > end))
        throw new InterleaveError(unfinished, 'The rest comes with the next poll.');
      const startedAt = performance.now();
      const batch = rest.slice(from, from + size);
      await work(batch);
      for (const item of batch) done.add(keyOf(item));
      const pause = restMs(performance.now() - startedAt, batch);
      if (pause > 0) await sleep(pause, undefined, { signal: stopping }).catch(() => undefined);
    }
    for (const key of done) {
      if (done.size <= remembered) break;
      done.delete(key);
    }
  };
}
