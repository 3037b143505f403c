import { join } from 'node:path';
import { IMAGE_ENCODERS } from '../../core/radiology/model-generations.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { LiveModels } from '../../models/live-models.ts';
import { ReembedRuns } from '../../models/reembed-runs.ts';
import { LiveTraffic } from '../../platform/concurrency/live-traffic.ts';
import { watchDisk } from '../../platform/disk/watch-disk.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { Readiness } from '../../platform/process/readiness.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { STREAM_GROUPS } from '../../schemas/stream-groups.ts';
import { TOPICS, topicsOf } from '../../schemas/topics.ts';
import { embedCited } from './cited-images.ts';
import type { Config } from './config.ts';
import { handleImages } from './handle-images.ts';
import { ImageModels } from './image-models.ts';
import {
  CONCURRENT_PARTITIONS,
  MAX_POLL_CITING_CASES,
  MAX_POLL_IMAGES,
  MAX_POLL_REEMBEDDED_CASES,
} from './limits.ts';
import { ImageReader } from './read-image.ts';
import { reembed } from './reembed.ts';

/** The names on the broker; tests beside a running system have their own. */
export const NAMES = {
  groupId: STREAM_GROUPS.inference as string,
  received: TOPICS.imageReceived as string,
  embedded: TOPICS.imageEmbedded as string,
  cases: TOPICS.case as string,
  models: TOPICS.model as string,
};

/** The group that looks through the cases for images that reports cite. */
export function citedGroup(groupId: string): string {
  return `${groupId}-cited`;
}

/**
 * Reads `radiology.image.received`, decodes and embeds with what `radiology.model` says is live, writes
 * `radiology.image.embedded`; the same for images of `radiology.case` that a report cites, and where it is asked, for all
 * that have a vector.
 */
export async function start(
  config: Config,
  context: ServiceContext,
  names: typeof NAMES = NAMES,
): Promise<RunningService> {
  const { log, metrics, ready } = context;
  const kafka = createKafka(config.kafkaBrokers, 'interleave-inference', log);
  const keyed = topicsOf('inference', [names.received, names.embedded, names.cases]);
  await checkTopics(kafka, [...keyed, { name: names.models, keyed: false }], config.partitions);
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));
  const store = await openObjectStore(config.dataDir, { context });
  const disk = await watchDisk(config.dataDir, context);

  ready.set('model', false, 'loading');
  const { engine, engineThreads } = config;
  const models = await ImageModels.open(config.modelsDir || join(projectRoot(), '.interleave/models'), {
    engine: { engine, engineThreads },
  });
  const { backend } = models.backend;
  log.info(models.backend, 'backend.chosen');
  metrics
    .gauge('interleave_inference_backend', 'What computes the image models (1 for the one in use)', [
      'backend',
    ])
    .set({ backend }, 1);

  const reader = new ImageReader(store);
  const producer = await EventProducer.connect(kafka, log, metrics);
  const live = new LiveTraffic();
  const stored = { store, reader, models, live, producer, topic: names.embedded, log, metrics };
  const reembedding = new ReembedRuns({
    kafka,
    groupId: names.groupId,
    cases: names.cases,
    maxRecords: MAX_POLL_REEMBEDDED_CASES,
    handler: (generation, stopping) => reembed({ ...stored, generation, stopping }),
    context,
    schemas,
  });
  const following = await LiveModels.open({
    kafka,
    topic: names.models,
    kind: IMAGE_ENCODERS,
    first: IMAGE_VECTOR.name,
    service: 'inference',
    models,
    schemas,
    context,
    changed: (generations) => void reembedding.follow(generations),
  }).catch(async (error: unknown) => {
    await Promise.all([reader.stop(), models.stop(), producer.disconnect()]);
    throw error;
  });
  const consumer = await consume(kafka, {
    groupId: names.groupId,
    topics: [names.received],
    maxRecords: MAX_POLL_IMAGES,
    concurrentPartitions: CONCURRENT_PARTITIONS,
    handle: handleImages(stored),
    schemas,
    log,
    metrics,
    ready,
    fail: context.fail,
  });
  const stopping = new AbortController();
  const cited = await consume(kafka, {
    groupId: citedGroup(names.groupId),
    topics: [names.cases],
    maxRecords: MAX_POLL_CITING_CASES,
    handle: embedCited({ ...stored, stopping: stopping.signal }),
    schemas,
    log,
    metrics,
    // What is stored can wait: the service is ready without it.
    ready: new Readiness(),
    fail: context.fail,
  });

  return {
    async stop() {
      await following.stop();
      stopping.abort();
      await Promise.all([consumer.stop(), cited.stop(), reembedding.stop()]);
      disk.stop();
      await producer.disconnect();
      await Promise.all([reader.stop(), models.stop()]);
      await store.close();
    },
  };
}
