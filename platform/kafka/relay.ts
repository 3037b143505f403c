import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { Codec } from '../avro/codec.ts';
import type { Logger } from '../process/log.ts';
import type { ConsumedRecord } from './consumer.ts';
import { deadLetterRecord } from './dead-letter.ts';
import type { EventProducer } from './producer.ts';

export interface RelayOptions<In, Out> {
  /** whose dead letters these are */
  service: string;
  input: Codec<In>;
  output: Codec<Out>;
  /** where the events go */
  topic: string;
  /** what goes on in place of an event that is larger than a record may be, the most telling first */
  shorter: readonly ((event: Out) => Out)[];
  producer: EventProducer;
  log: Logger;
}

/**
 * A stage between two topics: everything that comes goes on under its key, with more or less of it, or becomes a dead
 * letter. Nothing stops the line but a broker that is away.
 */
export class Relay<In, Out> {
  readonly #options: RelayOptions<In, Out>;

  constructor(options: RelayOptions<In, Out>) {
    this.#options = options;
  }

  /** The event of a record; null where it is none, and a dead letter now. Throws `SCHEMA_UNKNOWN`. */
  async read(record: ConsumedRecord): Promise<In | null> {
    const { input, log } = this.#options;
    try {
      return input.decode(record.value ?? Buffer.alloc(0));
    } catch (error) {
      if (codeOf(error) === 'SCHEMA_UNKNOWN') throw error;
      const { partition, offset } = record;
      log.error({ code: codeOf(error), partition, offset }, 'event.unreadable');
      await this.#giveUp(record, 'EVENT_UNREADABLE');
      return null;
    }
  }

  /** Sends as much of the event as a record holds; where nothing helps, the record it came from is a dead letter. */
  async passOn(record: ConsumedRecord, event: Out): Promise<void> {
    const { output, topic, shorter, producer, log } = this.#options;
    const { key, partition, offset } = record;
    for (const form of [whole<Out>, ...shorter]) {
      try {
        return await producer.send(topic, { key, value: output.encode(form(event)) });
      } catch (error) {
        if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
        log.error({ code: 'EVENT_TOO_LARGE', partition, offset }, 'event.too-large');
      }
    }
    await this.#giveUp(record, 'EVENT_TOO_LARGE');
  }

  #giveUp(record: ConsumedRecord, code: ErrorCode): Promise<void> {
    const { producer, service } = this.#options;
    return deadLetterRecord(producer, service, code, record);
  }
}

function whole<Event>(event: Event): Event {
  return event;
}
