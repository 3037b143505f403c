import { codeOf } from '../../core/errors.ts';
import type { EventProducer, ProducedRecord } from './producer.ts';

/** Sends a record, as `EventProducer.send` does; resolves to whether it was small enough. One that is too large is not sent. */
export async function sendIfItFits(
  producer: Pick<EventProducer, 'send'>,
  topic: string,
  record: ProducedRecord,
): Promise<boolean> {
  try {
    await producer.send(topic, record);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
    return false;
  }
}
