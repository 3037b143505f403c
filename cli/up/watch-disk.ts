import { setTimeout as sleep } from 'node:timers/promises';
import { type DiskState, diskSpace } from '../../platform/disk/disk-space.ts';
import { DISK_POLL_MS } from '../../platform/disk/limits.ts';

/**
 * Says in one line when the disk of the data folder runs short, when it is full, and when there is room again.
 */
export function watchDisk(
  dataDir: string,
  say: (line: string) => void,
  { pollMs = DISK_POLL_MS, look = diskSpace } = {},
): { stop(): void } {
  const stopping = new AbortController();
  void watch();

  async function watch(): Promise<void> {
    let last: DiskState = 'ROOM';
    while (!stopping.signal.aborted) {
      const { state, detail } = await look(dataDir);
      if (state !== last) say(sentence(state, detail, dataDir));
      last = state;
      await sleep(pollMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  return { stop: () => stopping.abort() };
}

function sentence(state: DiskState, detail: string, dataDir: string): string {
  switch (state) {
    case 'ROOM':
      return `✓ There is room again on the disk of ${dataDir}`;
    case 'DISK_LOW':
      return `! The disk of ${dataDir} will soon be full (${detail}): make room`;
    case 'DISK_FULL':
      return `! The disk of ${dataDir} is full (${detail}): senders are told to keep what they have; make room, and all goes on by itself`;
    case 'DISK_FAILED':
      return `! The disk of ${dataDir} cannot be read (${detail})`;
  }
}
