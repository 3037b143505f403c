import type { ErrorCode } from '../../core/errors.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { type LostObject, type ReadAgain, readListAgain } from '../../platform/object-store/lost-objects.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { text } from '../../platform/process/config.ts';
import type { Logger } from '../../platform/process/log.ts';
import { Metrics } from '../../platform/process/metrics.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { decide } from './accept-message.ts';
import { type Config, config as gatewayConfig } from './config.ts';
import { Documents } from './documents.ts';
import { MEDIA_TYPE, sendEvents } from './keep-message.ts';
import { acceptanceRules } from './service.ts';

export const config = {
  ...gatewayConfig,
  /** of objects, see `platform/object-store/lost-objects.ts` */
  readAgainList: text(''),
};

/**
 * Sends the events of stored messages again that no case knows of, with the time at which each message first came. For
 * `interleave recover`, while the gateway is stopped: it alone writes to `radiology.report.received`.
 */
export async function readAgain(
  settings: Config & { readAgainList: string },
  log: Logger,
  say: (progress: string) => void,
): Promise<ReadAgain> {
  const rules = await acceptanceRules(settings);
  const store = await openObjectStore(settings.dataDir);
  const kafka = createKafka(settings.kafkaBrokers, 'interleave-hl7-gateway', log);
  const metrics = new Metrics('hl7-gateway');
  await Schemas.published(schemaOptions(kafka, settings, { log, metrics, ready: new Readiness() }));
  const producer = await EventProducer.connect(kafka, log, metrics);
  const documents = new Documents({ answerTimeoutMs: settings.hl7AnswerTimeoutMs });

  async function read({ caseId, sha256, receivedAt, receipt }: LostObject): Promise<ErrorCode | null> {
    const bytes = await store.read(caseId, sha256);
    const texts = await documents.read(bytes, 'stored');
    const { verdict } = decide(bytes, rules, receivedAt, texts);
    if (!verdict.accept) return verdict.code;
    const lacking: string[] = [];
    for (const { caseId: id } of verdict.events) if (!(await store.has(id, sha256))) lacking.push(id);
    // A site table that says something else today: the message belongs to another case, too.
    const known = receipt ? { receivedAt, sender: '' } : undefined;
    if (lacking.length > 0) await store.put(lacking, bytes, MEDIA_TYPE, known);
    await Promise.all(
      sendEvents(verdict.events, { sha256, size: bytes.length, mediaType: MEDIA_TYPE }, producer),
    );
    return null;
  }

  try {
    return await readListAgain(settings.readAgainList, read, say);
  } finally {
    await documents.stop();
    await producer.disconnect();
    await store.close();
  }
}
