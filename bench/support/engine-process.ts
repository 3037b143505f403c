import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ObjectRef } from '../../core/object-ref.ts';
import type { ImageReceived } from '../../core/radiology/events.ts';
import { openBundle } from '../../models/bundle-folder.ts';
import { INPUT_SIZE } from '../../models/efficientnet-lite0.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import type { EngineId } from '../../models/engines/who-opens.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { MODEL_BATCH } from '../../models/limits.ts';
import type { BackendKind } from '../../models/tensor-backend.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import { embedImage } from '../../services/inference/embed-image.ts';
import { ImageModels } from '../../services/inference/image-models.ts';
import { CONCURRENT_PARTITIONS, MAX_POLL_IMAGES } from '../../services/inference/limits.ts';
import { ImageReader } from '../../services/inference/read-image.ts';
import { benchImages } from './image-steps.ts';

export interface EngineSettings {
  seconds: number;
  threads: number;
  images: number;
  batches: readonly number[];
  modelsDir: string;
}

/** Images per second by batch. */
type Rates = Record<number, number>;

export interface EngineMeasured {
  id: EngineId;
  kind: BackendKind;
  name: string;
  openMs: number;
  /** most that the process with the whole way had in memory */
  memoryMb: number;
  network: Rates;
  whole: Rates;
  /** as many at once as the service has from its polls */
  polls: number;
  /** processor time of one image the whole way, all threads, `MODEL_BATCH` at once; less troubled by other work than rates are */
  cpuMs: number;
}

type Asked = EngineSettings & { id: EngineId; part: 'network' | 'whole' };
type Network = Pick<EngineMeasured, 'kind' | 'name' | 'openMs' | 'network'>;
type Whole = Pick<EngineMeasured, 'whole' | 'polls' | 'memoryMb' | 'cpuMs'>;

/** One engine in processes of its own, since two TensorFlow libraries do not share one. Gives why it does not open. */
export async function measureEngine(
  id: EngineId,
  settings: EngineSettings,
): Promise<EngineMeasured | string> {
  const network = await inProcess<Network>({ ...settings, id, part: 'network' });
  if (typeof network === 'string') return network;
  const whole = await inProcess<Whole>({ ...settings, id, part: 'whole' });
  return typeof whole === 'string' ? whole : { id, ...network, ...whole };
}

async function inProcess<Result>(asked: Asked): Promise<Result | string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), JSON.stringify(asked)],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  const { result, reason } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
    result?: Result;
    reason?: string;
  };
  return result ?? reason ?? 'it said nothing';
}

/** The network alone, on images that are ready. */
async function measureNetwork({ id, threads, seconds, batches, modelsDir }: Asked): Promise<Network> {
  const startedAt = performance.now();
  const { kind, name, load } = await openEngine({ engine: id, engineThreads: threads });
  const network = await load(await openBundle(modelsDir, IMAGE_VECTOR.name));
  const rates: Rates = {};
  let openMs = 0;
  for (const images of batches) {
    const values = INPUT_SIZE * INPUT_SIZE * 3 * images;
    const batch = Float32Array.from({ length: values }, (_, i) => ((i * 7) % 255) / 128 - 1);
    await network.run(batch, images);
    openMs ||= performance.now() - startedAt;
    rates[images] = await rate(seconds, async () => {
      await network.run(batch, images);
      return images;
    });
  }
  await network.dispose();
  return { kind, name, openMs, network: rates };
}

/** From DICOM bytes to vector, through the threads of the service. */
async function measureWhole({ id, threads, seconds, images, batches, modelsDir }: Asked): Promise<Whole> {
  const objects = benchImages(images);
  const whole: Rates = {};
  let polls = 0;
  let cpuMs = 0;
  for (const batch of batches) {
    const engine = { engine: id, engineThreads: threads };
    const models = await ImageModels.open(modelsDir, { engine, batch });
    const reader = new ImageReader(holding(objects));
    try {
      await models.load([{ called: IMAGE_VECTOR.name, generation: IMAGE_VECTOR.generation }]);
      let next = 0;
      const embed = async (): Promise<void> => {
        const received = receivedEvent(objects, next++ % objects.length);
        await embedImage({ store: holding(objects), reader, models }, received, models.loaded);
      };
      const [before, first] = [process.cpuUsage(), next];
      // While one batch is computed the next is read.
      whole[batch] = await rateOf(seconds, batch * 2, 1, embed);
      const { user, system } = process.cpuUsage(before);
      if (batch === MODEL_BATCH) cpuMs = (user + system) / 1000 / (next - first);
      if (batch === MODEL_BATCH) polls = await rateOf(seconds, CONCURRENT_PARTITIONS, MAX_POLL_IMAGES, embed);
    } finally {
      await Promise.all([models.stop(), reader.stop()]);
    }
  }
  const [, kib = 0] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { whole, polls, cpuMs, memoryMb: Number(kib) / 1024 };
}

/** `loops` ask at the same time, each for `images` together, and for the next when these are done. */
async function rateOf(
  seconds: number,
  loops: number,
  images: number,
  embed: () => Promise<void>,
): Promise<number> {
  await Promise.all(Array.from({ length: loops * images }, embed));
  const rates = Array.from({ length: loops }, () =>
    rate(seconds, async () => {
      await Promise.all(Array.from({ length: images }, embed));
      return images;
    }),
  );
  return (await Promise.all(rates)).reduce((sum, one) => sum + one, 0);
}

async function rate(seconds: number, work: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  let took = 0;
  while (took < seconds * 1000) {
    done += await work();
    took = performance.now() - startedAt;
  }
  return done / (took / 1000);
}

/** An object store that has these objects in memory, and keeps nothing. */
function holding(objects: readonly Buffer[]): ObjectStore {
  const kept: ObjectRef = { sha256: '0'.repeat(64), size: 1, mediaType: 'image/jpeg' };
  return {
    read: async (_caseId: string, sha256: string) => objects[Number(sha256)] ?? Buffer.alloc(0),
    put: async () => kept,
  } as unknown as ObjectStore;
}

function receivedEvent(objects: readonly Buffer[], index: number): ImageReceived {
  const object = { sha256: String(index), size: objects[index]?.length ?? 0, mediaType: 'application/dicom' };
  return { caseId: 'bench', kind: 'IMAGE', keyImage: 'NAMED', problem: null, object } as ImageReceived;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = JSON.parse(process.argv[2] ?? '') as Asked;
  const work = asked.part === 'network' ? measureNetwork(asked) : measureWhole(asked);
  const said = await work.then(
    (result) => ({ result }),
    (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
  );
  process.stdout.write(`${JSON.stringify(said)}\n`);
  process.exit(0);
}
