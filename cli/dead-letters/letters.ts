import type { Kafka } from 'kafkajs';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { type DeadLetter, deadLetterCodec } from '../../platform/kafka/dead-letter.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { createLogger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
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
  const found: { id: string; value: Buffer }[] = [];
  await readRanges(kafka, ranges, (topic, offset, value) => {
    found.push({ id: `${topic.slice(deadLetterTopic('').length)}/${offset}`, value });
  });
  // One whose schema nobody gives is shown by its code.
  await schemasOf(kafka)
    .askFor(found)
    .catch(() => undefined);
  const letters = found.map(({ id, value }) => shown(id, value));
  return letters.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt));
}

/** One of them, whole. Throws OBJECT_MISSING where there is none, EVENT_UNREADABLE, SCHEMA_UNKNOWN, KAFKA_UNAVAILABLE. */
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
  await schemasOf(kafka).askFor([{ value: found }]);
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

function schemasOf(kafka: Kafka): Schemas {
  const log = createLogger('dead-letters', 'silent');
  const told = { log, metrics: new Metrics('cli'), ready: new Readiness() };
  return Schemas.reading(schemaOptions(kafka, loadConfig(commonConfig), told));
}

function kafkaOf(brokers: string) {
  return createKafka(brokers.split(','), 'interleave-dead-letters', createLogger('dead-letters', 'silent'));
}
