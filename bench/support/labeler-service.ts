import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  firstGeneration,
  type ModelGenerations,
  promote,
  retire,
} from '../../core/radiology/model-generations.ts';
import { digestOf, reportLabeled } from '../../harness/event-fixture.ts';
import { ownKafka } from '../../harness/own-kafka.ts';
import { testContext } from '../../harness/service-context.ts';
import { until } from '../../harness/until.ts';
import { findBundle } from '../../models/bundle-folder.ts';
import { dimsOf } from '../../models/manifest.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { createTopics } from '../../platform/kafka/topics.ts';
import { loadConfig } from '../../platform/process/config.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { events } from '../../schemas/events.ts';
import { deadLetterTopic, MAX_RECORD_BYTES, TOPICS } from '../../schemas/topics.ts';
import { config } from '../../services/labeler/config.ts';
import { start } from '../../services/labeler/service.ts';
import type { BenchReport } from './bench-reports.ts';

const PARTITIONS = 8;
const LIMIT_MS = 300_000;

/**
 * Reports per second of the labeler's service, vectors included: every report stands on the one topic before the service
 * starts, and the time is that from the first to the last record on the other, on a broker of its own. With `textBundle` that
 * bundle alone is live.
 */
export async function measureService(
  reports: readonly BenchReport[],
  textBundle: string | null,
): Promise<number> {
  const broker = await ownKafka(PARTITIONS);
  const id = randomUUID();
  const names = {
    groupId: `bench-${id}`,
    received: `bench-received-${id}`,
    labeled: `bench-labeled-${id}`,
    cases: `bench-cases-${id}`,
    models: `bench-models-${id}`,
  };
  const context = testContext('labeler');
  const kafka = createKafka(broker.brokers, 'bench', context.log);
  const stops: (() => Promise<void>)[] = [() => broker.stop()];
  try {
    const large = { 'max.message.bytes': String(MAX_RECORD_BYTES) };
    const single = [deadLetterTopic('labeler'), TOPICS.schema, names.models];
    const topics = [names.received, names.labeled, names.cases, ...single];
    await createTopics(
      kafka,
      topics.map((name) => ({ name, keyed: !single.includes(name), config: large })),
      PARTITIONS,
      1,
    );
    const producer = await EventProducer.connect(kafka, context.log, context.metrics);
    stops.unshift(() => producer.disconnect());
    await Promise.all(
      reports.map(({ id: report, parts }) => {
        const received = {
          caseId: digestOf(report).slice(0, 32),
          digest: digestOf(report),
          parts: [...parts],
        };
        const value = events.reportReceived.encode(reportLabeled({ received }).received);
        return producer.send(names.received, { key: received.caseId, value });
      }),
    );
    if (textBundle !== null) {
      const decided = await promotedAlone(textBundle);
      await producer.send(names.models, {
        key: decided.kind,
        value: events.modelGenerations.encode(decided),
      });
    }
    const times: number[] = [];
    const reader = await consume(kafka, {
      groupId: `bench-reader-${id}`,
      topics: [names.labeled],
      handle: async (records) => {
        for (const { timestamp } of records) times.push(timestamp);
      },
      log: context.log,
      metrics: testContext('reader').metrics,
      ready: context.ready,
      fail: context.fail,
    });
    stops.unshift(() => reader.stop());
    const env = {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
    };
    const service = await start(loadConfig(config, env), context, names);
    stops.unshift(() => service.stop());
    await until(() => times.length >= reports.length, LIMIT_MS, 'every report labeled');
    return (times.length - 1) / ((Math.max(...times) - Math.min(...times)) / 1000);
  } finally {
    for (const stop of stops) await stop();
  }
}

/** As after `models promote` and `models retire`. */
async function promotedAlone(called: string): Promise<ModelGenerations> {
  const modelsDir = process.env['INTERLEAVE_MODELS_DIR'] || join(projectRoot(), '.interleave/models');
  const { manifest } = await findBundle(modelsDir, called);
  const { kind, hash, name } = manifest;
  const by = { decidedAt: Date.now(), actor: 'bench' };
  const first = firstGeneration({ ...SENTENCE_BUNDLE, dims: SENTENCE_BUNDLE.output.dims });
  const both = promote(first, { kind, hash, name, dims: dimsOf(manifest) ?? 0 }, by, null);
  return retire(both, SENTENCE_BUNDLE.hash, by);
}
