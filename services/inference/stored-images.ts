import { InterleaveError } from '../../core/errors.ts';
import { MAX_READ_FRAMES } from '../../core/imaging/limits.ts';
import type { FramesOfImage } from '../../core/radiology/cited-images.ts';
import type { Case, ImageEmbedded } from '../../core/radiology/events.ts';
import { storedWork } from '../../models/stored-work.ts';
import type { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { newestRecords } from '../../platform/kafka/newest-records.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { sendIfItFits } from '../../platform/kafka/send-if-it-fits.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Counter, Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { storedCase } from '../../schemas/stored-case.ts';
import { keepThumbnail, sizesOf } from './embed-image.ts';
import type { ImageModels, LoadedModel } from './image-models.ts';
import { MAX_STORED_POLL_MS, STORED_BATCH } from './limits.ts';
import type { ImageReader } from './read-image.ts';

export interface StoredImageParts {
  store: Pick<ObjectStore, 'put'>;
  reader: Pick<ImageReader, 'read'>;
  models: Pick<ImageModels, 'embed' | 'loaded' | 'missing' | 'backend'>;
  live: Pick<LiveTraffic, 'givesWay'>;
  producer: Pick<EventProducer, 'send'>;
  /** where the events go */
  topic: string;
  log: Logger;
  metrics: Metrics;
  /** ends a poll after the batch that is under way; its records are not committed */
  stopping: AbortSignal;
  maxPollMs?: number;
}

/** Frames of a stored image, and the models whose vectors they lack. */
export interface StoredFrames extends FramesOfImage {
  models: readonly LoadedModel[];
}

export interface StoredImageOptions {
  /** what of a state of a case is to be embedded */
  choose(state: Case): StoredFrames[];
  /** of images, by their outcome: `embedded`, or a problem code */
  total: Counter<'outcome'>;
  /** at most so much of the time is spent on them */
  share: number;
  /** images that are remembered beyond their poll, since states without the vectors may follow */
  remembered: number;
}

/**
 * Handles states of cases: what `choose` takes of them is read from the object store and embedded. The event says that the
 * image was received when it was, so that nothing old looks new, and counts only where the case still holds it so. What
 * comes in goes first.
 */
export function embedStoredImages(parts: StoredImageParts, options: StoredImageOptions) {
  const { store, reader, models, live, producer, topic, log, stopping } = parts;
  const { choose, total, share, remembered } = options;
  const work = storedWork<StoredFrames>({
    live,
    stopping,
    batch: STORED_BATCH,
    maxPollMs: parts.maxPollMs ?? MAX_STORED_POLL_MS,
    unfinished: 'IMAGE_VECTOR_FAILED',
    remembered,
    keyOf,
    work: async (batch) => {
      await Promise.all(batch.map(embed));
    },
    restMs: (tookMs) => tookMs * (1 / share - 1),
  });

  return (records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void> =>
    withHeartbeat(heartbeat, () => work(newestRecords(records).flatMap((record) => chosen(record))));

  function chosen(record: ConsumedRecord): StoredFrames[] {
    const state = storedCase(record, log);
    return state === null ? [] : choose(state).flatMap(parted);
  }

  async function embed({ image, frames, models: wanted }: StoredFrames): Promise<void> {
    const { received, receivedOffset, problem } = image;
    const { caseId } = received;
    const reading = await reader.read(received, sizesOf(wanted), frames);
    if (reading.problem !== null) {
      total.inc({ outcome: reading.problem });
      log.warn({ caseId, code: reading.problem }, 'stored.image.problem');
      // What never had a picture shows why; the others keep what they have.
      if (image.frames.length === 0)
        await passOn({
          received,
          receivedOffset,
          frames: [],
          backend: '',
          problem: reading.problem,
          again: true,
        });
      return;
    }
    const pictured = new Set(image.frames.flatMap((one) => (one.thumbnail === null ? [] : one.frame)));
    const made = await Promise.all(
      reading.frames.map(async (small) => {
        const [thumbnail, vectors] = await Promise.all([
          pictured.has(small.frame) ? null : keepThumbnail(store, caseId, small),
          models.embed(small.inputs, wanted),
        ]);
        return { frame: small.frame, thumbnail, vector: null, vectors, predictions: [] };
      }),
    );
    const backend = image.backend || models.backend.backend;
    const event = { received, receivedOffset, frames: made, backend, problem, again: true };
    total.inc({ outcome: await passOn(event) });
  }

  async function passOn(event: ImageEmbedded): Promise<'embedded' | 'EVENT_TOO_LARGE'> {
    const value = events.imageEmbedded.encode(event);
    const fits = await sendIfItFits(producer, topic, { key: event.received.caseId, value });
    return fits ? 'embedded' : 'EVENT_TOO_LARGE';
  }
}

/** As many frames as are read of any object at once, or a long list would take longer than one may (`MAX_READ_MS`). */
function parted({ frames, ...rest }: StoredFrames): StoredFrames[] {
  const parts: StoredFrames[] = [];
  for (let from = 0; from < frames.length; from += MAX_READ_FRAMES)
    parts.push({ ...rest, frames: frames.slice(from, from + MAX_READ_FRAMES) });
  return parts;
}

function keyOf({ image: { received, receivedOffset }, frames, models }: StoredFrames): string {
  const { caseId, sopInstanceUid } = received;
  const generations = models.map(({ generation }) => generation);
  return [caseId, sopInstanceUid, receivedOffset, frames, generations].join('/');
}

/**
 * The model of a generation that is asked for.
 * @throws InterleaveError IMAGE_VECTOR_FAILED where it is not loaded, which passes when it is there, or retired
 */
export function modelOf(
  { loaded, missing }: Pick<ImageModels, 'loaded' | 'missing'>,
  generation: number,
): LoadedModel {
  const model = loaded.find((one) => one.generation === generation);
  if (model !== undefined) return model;
  const code = missing.find((one) => one.generation === generation)?.code ?? 'MODEL_MISSING';
  throw new InterleaveError('IMAGE_VECTOR_FAILED', code);
}
