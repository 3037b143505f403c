import { setTimeout as sleep } from 'node:timers/promises';
import { NOT_READY_TOLD_MS, READY_POLL_MS } from '../limits.ts';
import { readiness } from './ready.ts';

export interface WatchedPart {
  name: string;
  healthPort: number;
  logFile: string;
  /** it runs no more, which was told already */
  endedForGood(): boolean;
}

/**
 * Looks at `/readyz` of each part for as long as the system runs, and says in one line when a part has not been ready for
 * long (or hangs, and does not answer), and when it is ready again.
 */
export function watchReady(
  parts: readonly WatchedPart[],
  say: (line: string) => void,
  { pollMs = READY_POLL_MS, toldMs = NOT_READY_TOLD_MS } = {},
): { stop(): void } {
  const stopping = new AbortController();
  for (const part of parts) void watch(part);

  async function watch(part: WatchedPart): Promise<void> {
    let since: number | null = null;
    let told = false;
    while (!stopping.signal.aborted && !part.endedForGood()) {
      const { ready, missing } = await readiness(part.healthPort);
      if (stopping.signal.aborted) return;
      const now = Date.now();
      if (ready) {
        if (told) say(`✓ ${part.name} is ready again after ${seconds(now - (since ?? now))}`);
        since = null;
        told = false;
      } else {
        since ??= now;
        if (!told && now - since >= toldMs && !part.endedForGood()) {
          told = true;
          say(
            `! ${part.name} has not been ready for ${seconds(now - since)}: ${missing} (its log: ${part.logFile})`,
          );
        }
      }
      await sleep(pollMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  return { stop: () => stopping.abort() };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
