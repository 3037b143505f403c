import { cp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnKafka } from '../../harness/own-kafka.ts';

/** The ways in which the log of a Kafka goes back, done to the files of a broker that is stopped meanwhile. */
export type Loss = 'older copy' | 'lost tail' | 'emptied';

export const LOSSES: readonly Loss[] = ['older copy', 'lost tail', 'emptied'];

/** A moment to go back to. */
export interface Moment {
  copy: string;
  /** bytes of each log file */
  lengths: Map<string, number>;
}

/** Remembers what the log holds now; the broker stands still for it. */
export async function rememberLog(kafka: OwnKafka, copy: string): Promise<Moment> {
  await kafka.halt();
  await cp(kafka.segments, copy, { recursive: true });
  const lengths = new Map<string, number>();
  for (const file of await logFiles(kafka.segments)) lengths.set(file, (await stat(file)).size);
  await kafka.resume();
  return { copy, lengths };
}

/** Loses what came since: by an older copy put back, by a power cut that takes the tails, or all of it. */
export async function loseLog(kafka: OwnKafka, loss: Loss, moment: Moment): Promise<void> {
  await kafka.halt();
  if (loss === 'older copy') {
    await rm(kafka.segments, { recursive: true });
    await cp(moment.copy, kafka.segments, { recursive: true });
  } else if (loss === 'emptied') {
    await rm(kafka.segments, { recursive: true });
    await kafka.formatAnew();
  } else await cutTails(kafka.segments, moment);
  await kafka.resume();
}

/** As after a power cut: records that were not on the disk are gone, and so is all that Kafka knew of a clean end. */
async function cutTails(segments: string, { lengths }: Moment): Promise<void> {
  for (const file of await logFiles(segments)) {
    if (!/\/radiology\./.test(file)) continue;
    await truncate(file, lengths.get(file) ?? 0);
    const folder = join(file, '..');
    for (const name of await readdir(folder))
      if (/\.(index|timeindex|txnindex|snapshot)$/.test(name)) await rm(join(folder, name));
  }
  for (const name of [
    '.kafka_cleanshutdown',
    'recovery-point-offset-checkpoint',
    'replication-offset-checkpoint',
  ])
    await rm(join(segments, name), { force: true });
}

async function logFiles(segments: string): Promise<string[]> {
  const names = await readdir(segments, { recursive: true });
  return names.filter((name) => name.endsWith('.log')).map((name) => join(segments, name));
}
