import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { Case, CaseImage, ImageEmbedded } from '../../core/radiology/events.ts';
import { MAX_GIVE_WAY_MS } from '../../models/limits.ts';
import type { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { sizesOf } from './embed-image.ts';
import type { ImageModels } from './image-models.ts';
import { MAX_REEMBED_POLL_MS, REEMBED_BATCH, REEMBED_SHARE } from './limits.ts';
import type { ImageReader } from './read-image.ts';

export interface ReembedParts {
  /** the generation that stored images are to have */
  generation: number;
  reader: Pick<ImageReader, 'read'>;
  models: Pick<ImageModels, 'embed' | 'loaded' | 'missing'>;
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

/**
 * Handles states of cases: each image of which a case has a vector, but none of this generation, is read from the object
 * store and embedded again. The event says that the image was received when it was, so that nothing old looks new, and counts
 * only where the case still holds it so. What comes in goes first.
 *
 * A case that is met again has its vectors by then, so that it can be followed for ever: what arrived while the bundle
 * could not be loaded is made up for.
 */
export function reembed(parts: ReembedParts) {
  const { generation, models, live, producer, topic, log, metrics, stopping } = parts;
  const { maxPollMs = MAX_REEMBED_POLL_MS } = parts;
  const total = metrics.counter('interleave_images_reembedded_total', 'Stored images embedded again', [
    'outcome',
  ]);
  /** images of the poll at hand that are done: a poll that was broken off goes on after them */
  const done = new Set<string>();

  return (records: ConsumedRecord[], heartbeat: () => Promise<void>): Promise<void> =>
    withHeartbeat(heartbeat, async () => {
      const end = performance.now() + maxPollMs;
      const images = records
        .flatMap((record) => imagesWithout(generation, read(record)))
        .filter((one) => !done.has(keyOf(one)));
      for (let from = 0; from < images.length; from += REEMBED_BATCH) {
        await live.givesWay(MAX_GIVE_WAY_MS);
        if (stopping.aborted || (from > 0 && performance.now() > end))
          throw new InterleaveError(
            'IMAGE_VECTOR_FAILED',
            'The rest of the images comes with the next poll.',
          );
        const startedAt = performance.now();
        const batch = images.slice(from, from + REEMBED_BATCH);
        await Promise.all(batch.map(embedAgain));
        for (const one of batch) done.add(keyOf(one));
        const rest = (performance.now() - startedAt) * (1 / REEMBED_SHARE - 1);
        await sleep(rest, undefined, { signal: stopping }).catch(() => undefined);
      }
      done.clear();
    });

  async function embedAgain({
    received,
    receivedOffset,
    backend,
    problem,
    frames,
  }: CaseImage): Promise<void> {
    const model = models.loaded.find((one) => one.generation === generation);
    if (model === undefined) throw new InterleaveError('IMAGE_VECTOR_FAILED', codeOfMissing());
    const reading = await parts.reader.read(received, sizesOf([model]));
    if (reading.problem !== null) {
      total.inc({ outcome: reading.problem });
      log.warn({ caseId: received.caseId, code: reading.problem }, 'reembed.image.problem');
      return;
    }
    const listed = new Set(frames.map(({ frame }) => frame));
    const made = await Promise.all(
      reading.frames
        .filter(({ frame }) => listed.has(frame))
        .map(async ({ frame, inputs }) => ({
          frame,
          thumbnail: null,
          vector: null,
          vectors: await models.embed(inputs, [model]),
          predictions: [],
        })),
    );
    const event: ImageEmbedded = { received, receivedOffset, frames: made, backend, problem, again: true };
    total.inc({ outcome: await passOn(event) });
  }

  async function passOn(event: ImageEmbedded): Promise<'embedded' | 'EVENT_TOO_LARGE'> {
    try {
      await producer.send(topic, { key: event.received.caseId, value: events.imageEmbedded.encode(event) });
      return 'embedded';
    } catch (error) {
      if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
      return 'EVENT_TOO_LARGE';
    }
  }

  /** null for a case that is erased; one that cannot be read is the joiner's to tell. */
  function read({ value, partition, offset }: ConsumedRecord): Case | null {
    if (value === null) return null;
    try {
      return events.case.decode(value);
    } catch (error) {
      log.warn({ code: codeOf(error), partition, offset }, 'reembed.case.unreadable');
      return null;
    }
  }

  function codeOfMissing(): string {
    return models.missing.find((one) => one.generation === generation)?.code ?? 'MODEL_MISSING';
  }
}

/** The images of a case of which a frame has a vector, and none of this generation. */
export function imagesWithout(generation: number, state: Case | null): CaseImage[] {
  if (state === null) return [];
  return state.images.filter(({ received: { kind, sopInstanceUid } }) => {
    if (kind !== 'IMAGE') return false;
    const made = state.vectors.filter((one) => one.sopInstanceUid === sopInstanceUid);
    const has = new Set(
      made.filter(({ vector }) => vector.generation === generation).map(({ frame }) => frame),
    );
    return made.some(({ frame }) => !has.has(frame));
  });
}

function keyOf({ received: { caseId, sopInstanceUid }, receivedOffset }: CaseImage): string {
  return `${caseId}/${sopInstanceUid}/${receivedOffset}`;
}
