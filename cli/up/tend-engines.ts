import { setTimeout as sleep } from 'node:timers/promises';
import { allocateAgain, indexHealth } from '../../infra/embedded/allocate-again.ts';
import { diskSpace, lacking } from '../../platform/disk/disk-space.ts';
import { ENGINE_MIN_FREE_BYTES } from '../../platform/disk/limits.ts';
import { ENGINE_STUCK_MS, READY_POLL_MS } from '../limits.ts';

/** An engine that `up` runs, as far as this file needs it. */
export interface TendedEngine {
  name: string;
  /** false where its process has ended, and another is waited for */
  running(): boolean;
  /** whether it does all of its work at this moment; never rejects */
  works(): Promise<boolean>;
  /** What makes it work again without a restart, where there is such a thing. */
  mend?(): Promise<void>;
  restart(): Promise<void>;
}

/**
 * Brings engines back that lived through a full disk and do not work by themselves again: once there is room, what they
 * do not do by themselves is asked of them, and one that still does not work is started again. One that died is no
 * concern of this: the supervisor starts it when there is room (`engineHold`).
 */
export function tendEngines(
  dataDir: string,
  engines: readonly TendedEngine[],
  say: (line: string) => void,
  { pollMs = READY_POLL_MS, stuckMs = ENGINE_STUCK_MS, look = diskSpace } = {},
): { stop(): void } {
  const stopping = new AbortController();
  for (const engine of engines) void tend(engine);

  async function tend(engine: TendedEngine): Promise<void> {
    let wasFull = false;
    let since: number | null = null;
    for (; !stopping.signal.aborted; await pause()) {
      const { free } = await look(dataDir);
      const isFull = lacking(free, ENGINE_MIN_FREE_BYTES) !== null;
      // One that has ended is started by its supervisor, and may take its time to start.
      wasFull = (wasFull || isFull) && engine.running();
      if (isFull || !engine.running()) {
        since = null;
        continue;
      }
      if (await engine.works()) {
        since = null;
        wasFull = false;
        continue;
      }
      since ??= Date.now();
      await engine.mend?.().catch(() => undefined);
      if (!wasFull || Date.now() - since < stuckMs || stopping.signal.aborted) continue;
      since = null;
      say(`! ${engine.name} does not work although there is room on the disk again: it is started anew`);
      await engine.restart();
    }
  }

  async function pause(): Promise<void> {
    await sleep(pollMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
  }

  return { stop: () => stopping.abort() };
}

/** For the supervisor: why an engine is not started on this disk now; null where it may be. */
export async function engineHold(dataDir: string): Promise<string | null> {
  const { state, free, detail } = await diskSpace(dataDir);
  return state === 'DISK_FAILED' ? detail : lacking(free, ENGINE_MIN_FREE_BYTES);
}

/** Elasticsearch, which gives up shards that failed. */
export function tendedElasticsearch(url: string): Pick<TendedEngine, 'works' | 'mend'> {
  return {
    works: async () => ['green', 'yellow'].includes(await indexHealth(url)),
    mend: () => allocateAgain(url),
  };
}
