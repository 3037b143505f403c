import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterleaveError } from '../core/errors.ts';
import { GATEWAY_PARTITIONS } from '../harness/gateway-process.ts';
import { ownKafka } from '../harness/own-kafka.ts';
import {
  atLeast,
  type BenchOptions,
  type BenchResult,
  type Figure,
  figure,
  type Peer,
} from './bench-result.ts';
import { writeSlices } from './support/ct-slices.ts';
import { type DicomReceiver, dicomReceivers } from './support/dicom-receivers.ts';
import { median } from './support/percentile.ts';
import { DCMTK_ENV, storescu } from './support/storescu-load.ts';

const ASSOCIATIONS = 4;
const COUNT = 150;
const ROUNDS = 3;
/** Sent first and not counted, so that nobody is measured while its program is being compiled or its caches filled. */
const WARM_UP_COUNT = 60;

interface Measured {
  one: number;
  four: number;
}

/**
 * Instances of 0.5 MB a second, sent by the same DCMTK `storescu` on 1 and on 4 associations to this gateway and to other
 * receivers that write to the same disk. Ours also publishes an event with `acks=all` for each object, synced or not.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const count = Number(options.values['count'] ?? COUNT);
  const rounds = Number(options.values['rounds'] ?? ROUNDS);
  const folder = await mkdtemp(join(tmpdir(), 'interleave-slices-'));
  const folders = Array.from({ length: ASSOCIATIONS }, (_, n) => join(folder, String(n)));
  options.say('writing the images and starting Kafka …');
  const version = storescuVersion();
  const kafka = await ownKafka(GATEWAY_PARTITIONS);
  try {
    for (const [n, path] of folders.entries()) await writeSlices(path, n, count);
    const warmUp = join(folder, 'warm-up');
    await writeSlices(warmUp, ASSOCIATIONS, WARM_UP_COUNT);
    const receivers = dicomReceivers(kafka.brokers, options.say);
    const results = new Map<DicomReceiver, Measured[]>(receivers.map((receiver) => [receiver, []]));
    for (let round = 1; round <= rounds; round++)
      for (const receiver of receivers) {
        const measured = await measure(receiver, { folders, warmUp, count });
        results.get(receiver)?.push(measured);
        options.say(
          `round ${round}, ${receiver.name}${receiver.sync ? ' with fsync' : ''}: ${measured.one.toFixed(0)}/s on 1, ${measured.four.toFixed(0)}/s on 4`,
        );
      }
    return result(results, [
      `median of ${rounds} rounds in turn, ${count} instances of 0.5 MB (512 × 512 × 16 bit, Explicit VR Little Endian) on each association; every receiver starts anew with an empty folder and is sent ${WARM_UP_COUNT} uncounted ones first`,
      `sender: DCMTK storescu ${version}, one process for each association, -pdu 131072, ${Object.entries(
        DCMTK_ENV,
      )
        .map((pair) => pair.join('='))
        .join(' ')}`,
      'ours confirms each object on Kafka with acks=all in both cases (one embedded broker on the same machine); with fsync the file and its folder are synced before the answer',
    ]);
  } finally {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  receiver: DicomReceiver,
  { folders, warmUp, count }: { folders: readonly string[]; warmUp: string; count: number },
): Promise<Measured> {
  const [first = ''] = folders;
  const rate = async (of: readonly string[]): Promise<number> => {
    spawnSync('sync'); // what the one before left to be written to the disk is not this one's
    const running = await receiver.start();
    try {
      await storescu(running.port, [warmUp]);
      return (of.length * count) / (await storescu(running.port, of));
    } finally {
      await running.stop();
    }
  };
  return { one: await rate([first]), four: await rate(folders) };
}

function result(results: ReadonlyMap<DicomReceiver, Measured[]>, notes: string[]): BenchResult {
  const of = (key: DicomReceiver['key'], sync: boolean, pick: (measured: Measured) => number): number => {
    const found = [...results].find(([receiver]) => receiver.key === key && receiver.sync === sync);
    return median((found?.[1] ?? []).map(pick));
  };
  const four = of('ours', false, (measured) => measured.four);
  const synced = of('ours', true, (measured) => measured.four);
  const figures: Figure[] = [
    rate(
      'cstore_per_s_1',
      of('ours', false, ({ one }) => one),
    ),
    atLeast('cstore_per_s_4', four, 'instances/s', 400),
    rate(
      'cstore_fsync_per_s_1',
      of('ours', true, ({ one }) => one),
    ),
    atLeast('cstore_fsync_per_s_4', synced, 'instances/s', 100),
  ];
  const receivers = [...results.keys()].filter(({ key }) => key !== 'ours');
  for (const { key } of receivers.filter(({ sync }) => !sync)) {
    const value = four / of(key, false, (measured) => measured.four);
    const wanted = key === 'storescp' ? { aim: '>= 1', met: value >= 1 } : { aim: null, met: null };
    figures.push({ name: `ratio_to_${key}_4`, value, unit: '', ...wanted });
  }
  const peers: Peer[] = receivers.map((receiver) => {
    const { key, name, version, settings, sync } = receiver;
    const prefix = sync ? 'cstore_fsync_per_s' : 'cstore_per_s';
    return {
      name: sync ? `${name} with fsync` : name,
      version,
      settings,
      figures: [
        rate(
          `${prefix}_1`,
          of(key, sync, ({ one }) => one),
        ),
        rate(
          `${prefix}_4`,
          of(key, sync, (measured) => measured.four),
        ),
      ],
    };
  });
  return { bench: 'dicom', figures, peers, notes };
}

function rate(name: string, value: number): Figure {
  return figure(name, value, 'instances/s');
}

function storescuVersion(): string {
  try {
    return (
      /v(\S+)/.exec(execFileSync('storescu', ['--version'], { encoding: 'utf8' }))?.[1] ??
      'of unknown version'
    );
  } catch (cause) {
    throw new InterleaveError('PREREQUISITE_MISSING', 'DCMTK (Debian: apt-get install dcmtk).', { cause });
  }
}
