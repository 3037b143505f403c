import type { ServiceContext } from '../process/lifecycle.ts';
import { diskSpace } from './disk-space.ts';
import { DISK_POLL_MS } from './limits.ts';

/**
 * Shows in `/readyz` how the disk of a folder is: the check `disk` is not ok below the reserve, where the object store
 * takes nothing more, and says before that when little is left. `interleave_disk_free_bytes` is for an alarm.
 */
export async function watchDisk(
  folder: string,
  { ready, metrics, log }: Pick<ServiceContext, 'ready' | 'metrics' | 'log'>,
  pollMs = DISK_POLL_MS,
): Promise<{ stop(): void }> {
  const gauge = metrics.gauge('interleave_disk_free_bytes', 'Free space of the disk with the data folder');
  let last = 'ROOM';
  const look = async () => {
    const { state, free, detail } = await diskSpace(folder);
    gauge.set(free);
    ready.set('disk', state === 'ROOM' || state === 'DISK_LOW', detail);
    if (state !== last && state === 'ROOM') log.info({ free }, 'disk.room');
    else if (state !== last) log.warn({ code: state, free }, 'disk.short');
    last = state;
  };
  await look();
  const timer = setInterval(() => void look(), pollMs).unref();
  return { stop: () => clearInterval(timer) };
}
