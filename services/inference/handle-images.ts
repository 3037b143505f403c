import type { ImageEmbedded, ImageReceived } from '../../core/radiology/events.ts';
import type { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { Relay } from '../../platform/kafka/relay.ts';
import { withHeartbeat } from '../../platform/kafka/with-heartbeat.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Metrics } from '../../platform/process/metrics.ts';
import { events } from '../../schemas/events.ts';
import { embedImage, type ImageResult } from './embed-image.ts';
import type { ImageModels } from './image-models.ts';
import { type ImageReader, isToBeRead } from './read-image.ts';

interface Parts {
  store: ObjectStore;
  reader: Pick<ImageReader, 'read'>;
  models: Pick<ImageModels, 'embed' | 'loaded' | 'missing' | 'backend'>;
  /** is told while images that come in are at work */
  live?: Pick<LiveTraffic, 'during'>;
  producer: EventProducer;
  /** where the events go */
  topic: string;
  log: Logger;
  metrics: Metrics;
}

type Handle = (records: ConsumedRecord[], heartbeat: () => Promise<void>) => Promise<void>;

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/**
 * Handles the records of one poll: every event that can be read goes on, in order, with thumbnails and vectors, with a
 * problem, or as it is. A record that is no event becomes a dead letter.
 */
export function handleImages({ store, reader, models, live, producer, topic, log, metrics }: Parts): Handle {
  const outcomes = metrics.counter('interleave_images_total', 'Objects passed on', ['outcome']);
  const frames = metrics.counter('interleave_image_frames_embedded_total', 'Frames embedded');
  const without = metrics.counter(
    'interleave_image_vectors_missing_total',
    'Frames passed on without the vector of a live bundle that is not loaded',
    ['generation'],
  );
  const seconds = metrics.histogram(
    'interleave_inference_poll_seconds',
    'Time to read and embed the images of one poll',
    SECONDS,
  );
  const relay = new Relay({
    service: 'inference',
    input: events.imageReceived,
    output: events.imageEmbedded,
    topic,
    shorter: [withoutReferences],
    producer,
    log,
  });

  return (records, heartbeat) =>
    withHeartbeat(heartbeat, () => live?.during(() => handle(records)) ?? handle(records));

  async function handle(records: ConsumedRecord[]): Promise<void> {
    const stop = seconds.startTimer();
    // To the end of the poll, whatever is promoted meanwhile.
    const { loaded } = models;
    const received = await Promise.all(records.map((record) => relay.read(record)));
    // All of them to their end, also where one fails: a second try must not meet the first.
    const results = await Promise.allSettled(
      received.map((one) => (one === null ? null : embedImage({ store, reader, models }, one, loaded))),
    );
    const failed = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed !== undefined) throw failed.reason;
    const sends = records.map((record, i) => {
      const [one, result] = [received[i], results[i]];
      if (!one || result?.status !== 'fulfilled' || result.value === null) return null;
      count(one, result.value);
      return relay.passOn(record, embeddedEvent(one, record.offset, result.value));
    });
    await Promise.all(sends);
    stop();
  }

  function embeddedEvent(
    received: ImageReceived,
    receivedOffset: number,
    result: ImageResult,
  ): ImageEmbedded {
    return {
      received,
      receivedOffset,
      frames: result.frames,
      backend: result.frames.length > 0 ? models.backend.backend : '',
      problem: received.problem ?? result.problem,
      again: false,
    };
  }

  function count(received: ImageReceived, result: ImageResult): void {
    const outcome = result.problem ?? (isToBeRead(received) ? 'embedded' : 'passed-on');
    outcomes.inc({ outcome });
    frames.inc(result.frames.length);
    for (const { generation } of models.missing)
      without.inc({ generation: String(generation) }, result.frames.length);
    if (result.problem !== null) log.warn({ caseId: received.caseId, code: result.problem }, 'image.problem');
  }
}

function withoutReferences(event: ImageEmbedded): ImageEmbedded {
  return { ...event, received: { ...event.received, references: [] }, problem: 'EVENT_TOO_LARGE' };
}
