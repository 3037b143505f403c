import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_PARTITIONS } from '../harness/gateway-process.ts';
import { ownKafka } from '../harness/own-kafka.ts';
import { type BenchOptions, type BenchResult, type Figure, figure } from './bench-result.ts';
import { cpuSeconds, machineCpuSeconds } from './support/cpu-time.ts';
import { writeSlices } from './support/ct-slices.ts';
import { dicomReceivers } from './support/dicom-receivers.ts';
import { storescu } from './support/storescu-load.ts';

const ASSOCIATIONS = 4;
const COUNT = 150;
const WARM_UP_COUNT = 250;

/**
 * What a C-STORE of 0.5 MB costs the whole machine, sender and kernel included, with each receiver that writes a file
 * without syncing it, on 4 associations. All processors divided by that time is the rate that cannot be passed here;
 * unlike a rate, it hardly depends on what waits for what. Nothing else may run meanwhile.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const count = Number(values['count'] ?? COUNT);
  const folder = await mkdtemp(join(tmpdir(), 'interleave-slices-'));
  const folders = Array.from({ length: ASSOCIATIONS }, (_, n) => join(folder, String(n)));
  const warmUp = join(folder, 'warm-up');
  say('writing the images and starting Kafka …');
  const kafka = await ownKafka(GATEWAY_PARTITIONS);
  const figures: Figure[] = [];
  try {
    for (const [n, path] of folders.entries()) await writeSlices(path, n, count);
    await writeSlices(warmUp, ASSOCIATIONS, WARM_UP_COUNT);
    for (const { key, name, sync, start } of dicomReceivers(kafka.brokers, say)) {
      if (sync) continue;
      const running = await start();
      try {
        await storescu(running.port, [warmUp]);
        spawnSync('sync');
        const before = [machineCpuSeconds(), cpuSeconds(kafka.pid)];
        const seconds = await storescu(running.port, folders);
        const used = [machineCpuSeconds(), cpuSeconds(kafka.pid)];
        const objects = ASSOCIATIONS * count;
        const [all = 0, broker = 0] = used.map((now, i) => ((now - (before[i] ?? 0)) * 1000) / objects);
        const ceiling = (cpus().length * 1000) / all;
        figures.push(
          figure(`${key}_per_s_4`, objects / seconds, 'instances/s'),
          figure(`${key}_machine_ms`, all, 'ms'),
          figure(`${key}_ceiling_per_s`, ceiling, 'instances/s'),
        );
        if (key === 'ours') figures.push(figure('ours_broker_ms', broker, 'ms'));
        say(
          `${name}: ${(objects / seconds).toFixed(0)}/s; ${all.toFixed(2)} ms an object; at most ${ceiling.toFixed(0)}/s`,
        );
      } finally {
        await running.stop();
      }
    }
  } finally {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const notes = [
    `processor time of everything on the machine for each object (proc_stat: all but idle and waiting for the disk), ${ASSOCIATIONS} × ${count} objects after ${WARM_UP_COUNT} of warming up, no sync before an answer`,
    `the ceiling is ${cpus().length} processors divided by that time`,
  ];
  return { bench: 'dicom-ceiling', figures, peers: [], notes };
}
