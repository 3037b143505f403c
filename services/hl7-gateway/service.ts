import { join } from 'node:path';
import { readPath } from '../../core/hl7/path.ts';
import { DEFAULT_SITE, parseSiteTable, type SiteTable } from '../../core/radiology/case-key.ts';
import { watchDisk } from '../../platform/disk/watch-disk.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { DurabilityProbe } from '../../platform/kafka/durability-probe.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { serverTls } from '../../platform/net/tls.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { readJsonFile, readSecret } from '../../platform/process/files.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { deadLetterTopic, TOPIC_SPECS, TOPICS } from '../../schemas/topics.ts';
import type { AcceptanceRules } from './accept-message.ts';
import type { Config } from './config.ts';
import { Documents } from './documents.ts';
import { gatewayMetrics } from './gateway-metrics.ts';
import { InFlight } from './in-flight.ts';
import { MAX_IN_FLIGHT_BYTES, MAX_UNFINISHED_BYTES } from './limits.ts';
import { Listener } from './listener.ts';
import { FrameReceiver } from './receive-frame.ts';
import { RecentMessages } from './recent-messages.ts';
import { UnfinishedFrames } from './unfinished-frames.ts';

const NAME = 'hl7-gateway';
const WRITTEN = [TOPICS.reportReceived, deadLetterTopic(NAME), TOPICS.schema];

/** MLLP in, `radiology.report.received` out. A positive answer means: the message is stored, its event is on Kafka. */
export async function start(config: Config, context: ServiceContext): Promise<RunningService> {
  const { log, ready } = context;
  const metrics = gatewayMetrics(context.metrics);
  const rules = await acceptanceRules(config);
  const store = await openObjectStore(config.dataDir, { context });
  const disk = await watchDisk(config.dataDir, context);

  const kafka = createKafka(config.kafkaBrokers, `interleave-${NAME}`, log);
  const specs = TOPIC_SPECS.filter((spec) => WRITTEN.includes(spec.name));
  log.info(await checkTopics(kafka, specs, config.partitions), 'durability.promise');
  await Schemas.published(schemaOptions(kafka, config, context));
  const producer = await EventProducer.connect(kafka, log, context.metrics);
  const probe = new DurabilityProbe(ready, async () => {
    await checkTopics(kafka, specs, config.partitions);
    await (await store.writer()).abort();
  });

  const documents = new Documents({ answerTimeoutMs: config.hl7AnswerTimeoutMs });
  const receiver = new FrameReceiver({
    rules,
    answerTimeoutMs: config.hl7AnswerTimeoutMs,
    controlIdReuse: config.hl7ControlIdReuse,
    otherTypes: config.hl7OtherTypes,
    recent: new RecentMessages({ rememberMs: config.hl7RememberMs }),
    documents,
    store,
    producer,
    metrics,
    log,
    onOutcome: (outcome) => probe.saw(outcome),
  });
  const listener = await Listener.start({
    host: config.host,
    port: config.hl7Port,
    tls: config.hl7Tls ? await serverTls(config) : null,
    maxConnections: config.hl7MaxConnections,
    maxConnectionsPerPeer: config.hl7MaxConnectionsPerPeer,
    firstByteTimeoutMs: config.hl7FirstByteTimeoutMs,
    maxFrameBytes: config.hl7MaxFrameBytes,
    frameTimeoutMs: config.hl7FrameTimeoutMs,
    idleTimeoutMs: config.hl7IdleTimeoutMs,
    inFlight: new InFlight(MAX_IN_FLIGHT_BYTES),
    unfinished: new UnfinishedFrames(Math.max(MAX_UNFINISHED_BYTES, config.hl7MaxFrameBytes)),
    receiver,
    metrics,
    log,
  });
  return {
    port: listener.port,
    stop: async () => {
      await listener.stop();
      probe.stop();
      disk.stop();
      await documents.stop();
      await producer.disconnect();
      await store.close();
    },
  };
}

/** The site's rules, by which a message is decided on, whenever it is. */
export async function acceptanceRules(config: Config): Promise<AcceptanceRules> {
  return {
    site: await siteTable(config.siteFile),
    secret: await readSecret(config.siteSecretFile || join(config.dataDir, 'site-secret')),
    accessionPaths: config.hl7AccessionPaths,
    timeZone: config.hl7TimeZone,
    processingIds: config.hl7ProcessingIds,
  };
}

/** The site's table, whose field paths only this service reads, so that it checks them. */
async function siteTable(file: string): Promise<SiteTable> {
  if (file === '') return DEFAULT_SITE;
  const site = parseSiteTable(await readJsonFile(file));
  for (const path of Object.values(site.accessionPaths).flat()) readPath(path);
  return site;
}
