import type { GroupProgress } from '../../infra/kafka/group-progress.ts';

/** How often a line is said while an index is filled. */
const SAY_MS = 2_000;
/** Without a step forward for so long something is wrong, and that is said once. */
const STILL_MS = 30_000;

/** Says how far the indexer is, every few seconds and at the end. */
export function progressTeller(
  name: string,
  say: (line: string) => void,
  now: () => number = Date.now,
): (progress: GroupProgress) => void {
  let begin: { at: number; read: number } | null = null;
  let saidAt = Number.NEGATIVE_INFINITY;
  let moved = { at: now(), read: -1 };
  let warned = false;
  return ({ read, lag }) => {
    const at = now();
    begin ??= { at, read };
    if (read > moved.read) {
      moved = { at, read };
      warned = false;
    }
    if (at - moved.at > STILL_MS && !warned) {
      warned = true;
      say(`! ${name} has not grown for ${STILL_MS / 1000} s: does the indexer run? (npx interleave status)`);
    }
    if (lag > 0 && at - saidAt < SAY_MS) return;
    saidAt = at;
    const seconds = (at - begin.at) / 1000;
    const speed = seconds > 0 ? `, ${Math.round((read - begin.read) / seconds)} records/s` : '';
    say(`· ${name}: ${read} of ${read + lag} records${speed}`);
  };
}
