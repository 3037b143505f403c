import { codeOf } from '../../core/errors.ts';
import type { ImageEmbedded, ImageReceived } from '../../core/radiology/events.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { deadLetterRecord } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import { events } from '../../schemas/events.ts';
import { embedImages, type ImageResult } from './embed-images.ts';
import type { ImageModel } from './image-model.ts';
import { HEARTBEAT_MS } from './limits.ts';
import { type ImageReader, isToBeRead } from './read-image.ts';

interface Parts {
  store: ObjectStore;
  reader: ImageReader;
  model: ImageModel;
  producer: EventProducer;
  /** where the events go */
  topic: string;
  log: Logger;
  metrics: Metrics;
}

type Handle = (records: ConsumedRecord[], heartbeat: () => Promise<void>) => Promise<void>;

/**
 * Handles the records of one poll: every event that can be read goes on, in order, with thumbnails and vectors, with a
 * problem, or as it is. A record that is no event becomes a dead letter.
 */
export function handleImages({ store, reader, model, producer, topic, log, metrics }: Parts): Handle {
  const outcomes = metrics.counter('interleave_images_total', 'Objects passed on', ['outcome']);
  const frames = metrics.counter('interleave_image_frames_embedded_total', 'Frames embedded');
  const seconds = metrics.histogram(
    'interleave_inference_poll_seconds',
    'Time to read and embed the images of one poll',
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
  );

  return async (records, heartbeat) => {
    const stop = seconds.startTimer();
    const readable: { record: ConsumedRecord; received: ImageReceived }[] = [];
    for (const record of records) {
      const received = await readEvent(record);
      if (received !== null) readable.push({ record, received });
    }
    const results = await withHeartbeat(heartbeat, () =>
      embedImages(
        { store, reader, model },
        readable.map(({ received }) => received),
        heartbeat,
      ),
    );
    const sends = readable.map(({ record, received }, i) => {
      const result = results[i] ?? { frames: [], problem: null };
      count(received, result);
      return passOn(record, embeddedEvent(received, record.offset, result));
    });
    await Promise.all(sends);
    stop();
  };

  /** As much of it as a record holds; where nothing helps, the record it came from becomes a dead letter. */
  async function passOn(record: ConsumedRecord, event: ImageEmbedded): Promise<void> {
    const { key, partition, offset } = record;
    for (const shorten of [(whole: ImageEmbedded) => whole, withoutReferences]) {
      try {
        return await producer.send(topic, { key, value: events.imageEmbedded.encode(shorten(event)) });
      } catch (error) {
        if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
        log.error({ code: 'EVENT_TOO_LARGE', partition, offset }, 'event.too-large');
      }
    }
    await deadLetterRecord(producer, 'inference', 'EVENT_TOO_LARGE', record);
  }

  async function readEvent(record: ConsumedRecord): Promise<ImageReceived | null> {
    try {
      return events.imageReceived.decode(record.value ?? Buffer.alloc(0));
    } catch (error) {
      log.error(
        { code: codeOf(error), partition: record.partition, offset: record.offset },
        'event.unreadable',
      );
      await deadLetterRecord(producer, 'inference', 'EVENT_UNREADABLE', record);
      return null;
    }
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
      backend: result.frames.length > 0 ? model.about.backend : '',
      problem: received.problem ?? result.problem,
    };
  }

  function count(received: ImageReceived, result: ImageResult): void {
    const outcome = result.problem ?? (isToBeRead(received) ? 'embedded' : 'passed-on');
    outcomes.inc({ outcome });
    frames.inc(result.frames.length);
    if (result.problem !== null) log.warn({ caseId: received.caseId, code: result.problem }, 'image.problem');
  }
}

function withoutReferences(event: ImageEmbedded): ImageEmbedded {
  return { ...event, received: { ...event.received, references: [] }, problem: 'EVENT_TOO_LARGE' };
}

/** Kafka hears from us while one object takes long; a failed heartbeat shows at the next one that is awaited. */
async function withHeartbeat<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat().catch(() => undefined), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
