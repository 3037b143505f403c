import { InterleaveError } from '../../core/errors.ts';
import type { Codec } from '../../platform/avro/codec.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { deadLetterCodec } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';

/**
 * A topic whose records hold at most so many bytes, seen from a producer: what fits is remembered, anything else is
 * refused as the real producer does it. Whatever goes to another topic is a dead letter.
 */
export class NarrowTopic<Event> {
  readonly name = 'narrow';
  /** what was sent to the topic, in order */
  readonly events: Event[] = [];
  /** the codes of what was given up */
  readonly deadLetters: string[] = [];
  readonly producer: EventProducer;

  constructor(codec: Codec<Event>, maxBytes: number) {
    const send = async (topic: string, { value }: { value: Buffer }) => {
      if (topic !== this.name) this.deadLetters.push(deadLetterCodec.decode(value).code);
      else if (value.length > maxBytes) throw new InterleaveError('EVENT_TOO_LARGE');
      else this.events.push(codec.decode(value));
    };
    this.producer = { send } as unknown as EventProducer;
  }
}

/** A record as a consumer gives it, the first of its topic. */
export function firstRecord(key: string, value: Buffer): ConsumedRecord {
  return { topic: 't', partition: 0, offset: 0, key, value, timestamp: 0, headers: {} };
}
