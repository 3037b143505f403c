import type { Rejection } from '../../core/radiology/events.ts';
import { rejectionKey } from '../../core/radiology/rejections.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { REJECTIONS_AT_ONCE } from './limits.ts';

/**
 * Writes what a note rejects into the register, all of it, durably. A note of thousands goes in several steps, so that
 * the images that others send find room beside it. Throws `KAFKA_UNAVAILABLE`, `KAFKA_BUSY`: what was written by then
 * stays, and is written again with the note, which changes nothing.
 */
export async function sendRejections(
  producer: Pick<EventProducer, 'send'>,
  secret: Buffer,
  rejections: readonly Rejection[],
): Promise<void> {
  for (let start = 0; start < rejections.length; start += REJECTIONS_AT_ONCE)
    await Promise.all(
      rejections.slice(start, start + REJECTIONS_AT_ONCE).map((rejection) =>
        producer.send(TOPICS.imageRejected, {
          key: rejectionKey(secret, rejection),
          value: events.imageRejected.encode(rejection),
        }),
      ),
    );
}
