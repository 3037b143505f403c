import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import { codec } from '../avro/codec.ts';
import type { ConsumedRecord } from './consumer.ts';
import type { EventProducer } from './producer.ts';

/** The event on `radiology.dead-letter.<service>`: what a service could never handle, and why. */
export interface DeadLetter {
  service: string;
  code: string;
  /** the folder in the object store; `UNKNOWN_CASE` where no case is known */
  caseId: string;
  /** the bytes, whole, where the service was given bytes */
  object: ObjectRef | null;
  /** the record as it was, where the service was given a record */
  value: Buffer | null;
  topic: string;
  partition: number;
  offset: number;
  receivedAt: number;
}

/** Where the object store keeps what belongs to no case. */
export const UNKNOWN_CASE = 'unknown';

export const deadLetterCodec = codec<DeadLetter>('dead-letter');

/** Keeps what came over a socket; its bytes are in the object store already, or were not kept (null). */
export function deadLetterObject(
  producer: EventProducer,
  service: string,
  code: ErrorCode,
  object: ObjectRef | null,
  caseId: string = UNKNOWN_CASE,
): Promise<void> {
  return write(producer, {
    service,
    code,
    caseId,
    object,
    value: null,
    topic: '',
    partition: 0,
    offset: 0,
    receivedAt: Date.now(),
  });
}

/**
 * Keeps a record of a topic, so that the consumer can go on; of one so near to the limit that it does not fit into
 * another, where it stands. A failure here must stop the consumer: it throws.
 */
export async function deadLetterRecord(
  producer: EventProducer,
  service: string,
  code: ErrorCode,
  record: ConsumedRecord,
): Promise<void> {
  const letter: DeadLetter = {
    service,
    code,
    caseId: isCaseId(record.key) ? record.key : UNKNOWN_CASE,
    object: null,
    value: record.value,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    receivedAt: record.timestamp,
  };
  try {
    await write(producer, letter);
  } catch (error) {
    if (codeOf(error) !== 'EVENT_TOO_LARGE') throw error;
    await write(producer, { ...letter, value: null });
  }
}

/** Whoever can write to a topic can write any key. */
function isCaseId(key: string): boolean {
  return /^[a-z0-9-]{1,64}$/.test(key);
}

function write(producer: EventProducer, letter: DeadLetter): Promise<void> {
  return producer.send(`radiology.dead-letter.${letter.service}`, {
    key: letter.caseId,
    value: deadLetterCodec.encode(letter),
    headers: { 'dead-letter.code': letter.code },
  });
}
