import { codeOf, InterleaveError } from '../../core/errors.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { type DeadLetter, deadLetterCodec } from '../../platform/kafka/dead-letter.ts';
import { createLogger } from '../../platform/process/log.ts';
import { DEAD_LETTER_SERVICES, deadLetterTopic } from '../../schemas/topics.ts';
import { rangesOf, readRanges } from './read-range.ts';

/** What may be shown of a dead letter: no bytes, nothing of a patient. */
export interface Letter {
  /** `<service>/<offset>` */
  id: string;
  code: string;
  receivedAt: string;
  /** name of the kept bytes in the object store, `<case id>/<sha256>`; null where a record or nothing was kept */
  object: string | null;
  /** of the kept bytes or record; null where neither was kept */
  bytes: number | null;
  /** the record that a consumer could not handle, `<topic>/<partition>/<offset>` */
  record: string | null;
}

/** The last so many dead letters of each service, the oldest first. Throws KAFKA_UNAVAILABLE. */
export async function lastLetters(
  brokers: string,
  services: readonly string[],
  count: number,
): Promise<Letter[]> {
  const kafka = kafkaOf(brokers);
  const ranges = await rangesOf(kafka, services.map(deadLetterTopic));
  for (const range of ranges.values()) range.from = Math.max(range.from, range.to - count);
  const letters: Letter[] = [];
  await readRanges(kafka, ranges, (topic, offset, value) => {
    letters.push(shown(`${topic.slice(deadLetterTopic('').length)}/${offset}`, value));
  });
  return letters.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt));
}

/** One of them, whole. Throws OBJECT_MISSING where there is none, EVENT_UNREADABLE, KAFKA_UNAVAILABLE. */
export async function readLetter(brokers: string, service: string, offset: number): Promise<DeadLetter> {
  const kafka = kafkaOf(brokers);
  const topic = deadLetterTopic(service);
  const range = (await rangesOf(kafka, [topic])).get(topic);
  let found: Buffer | null = null;
  if (range !== undefined && offset >= range.from && offset < range.to)
    await readRanges(
      kafka,
      new Map([[topic, { from: offset, to: offset + 1 }]]),
      (_topic, _offset, value) => {
        found = value;
      },
    );
  if (found === null)
    throw new InterleaveError('OBJECT_MISSING', `There is no dead letter ${service}/${offset}.`);
  return deadLetterCodec.decode(found);
}

export function isService(name: string): boolean {
  return DEAD_LETTER_SERVICES.some((service) => service === name);
}

function shown(id: string, value: Buffer): Letter {
  try {
    const {
      code,
      receivedAt,
      caseId,
      object,
      value: record,
      topic,
      partition,
      offset,
    } = deadLetterCodec.decode(value);
    return {
      id,
      code,
      receivedAt: new Date(receivedAt).toISOString(),
      object: object === null ? null : `${caseId}/${object.sha256}`,
      bytes: object?.size ?? record?.length ?? null,
      record: topic === '' ? null : `${topic}/${partition}/${offset}`,
    };
  } catch (error) {
    return { id, code: codeOf(error), receivedAt: '', object: null, bytes: null, record: null };
  }
}

function kafkaOf(brokers: string) {
  return createKafka(brokers.split(','), 'interleave-dead-letters', createLogger('dead-letters', 'silent'));
}
