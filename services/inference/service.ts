import { join } from 'node:path';
import { watchDisk } from '../../platform/disk/watch-disk.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS, topicsOf } from '../../schemas/topics.ts';
import type { Config } from './config.ts';
import { handleImages } from './handle-images.ts';
import { ImageModel } from './image-model.ts';
import { CONCURRENT_PARTITIONS, MAX_POLL_IMAGES } from './limits.ts';
import { ImageReader } from './read-image.ts';

/** The names on the broker; tests beside a running system have their own. */
export const NAMES = {
  groupId: 'interleave-inference',
  received: TOPICS.imageReceived as string,
  embedded: TOPICS.imageEmbedded as string,
};

/** Reads `radiology.image.received`, decodes and embeds, writes `radiology.image.embedded`. */
export async function start(
  config: Config,
  context: ServiceContext,
  names: typeof NAMES = NAMES,
): Promise<RunningService> {
  const { log, metrics, ready } = context;
  const kafka = createKafka(config.kafkaBrokers, 'interleave-inference', log);
  await checkTopics(kafka, topicsOf('inference', [names.received, names.embedded]), config.partitions);
  const schemas = await Schemas.published(schemaOptions(kafka, config, context));
  const store = await openObjectStore(config.dataDir, { context });
  const disk = await watchDisk(config.dataDir, context);

  ready.set('model', false, 'loading');
  const model = await ImageModel.open(config.modelsDir || join(projectRoot(), '.interleave/models'));
  const { backend, backendName, reasons, hash, generation } = model.about;
  ready.set('model', true, `${backend}: ${backendName}`);
  log.info({ backend, backendName, reasons, model: hash, generation }, 'backend.chosen');
  metrics
    .gauge('interleave_inference_backend', 'What computes the image model (1 for the one in use)', [
      'backend',
    ])
    .set({ backend }, 1);

  const reader = new ImageReader(store);
  const producer = await EventProducer.connect(kafka, log, metrics);
  const consumer = await consume(kafka, {
    groupId: names.groupId,
    topics: [names.received],
    maxRecords: MAX_POLL_IMAGES,
    concurrentPartitions: CONCURRENT_PARTITIONS,
    handle: handleImages({ store, reader, model, producer, topic: names.embedded, log, metrics }),
    schemas,
    log,
    metrics,
    ready,
    fail: context.fail,
  });

  return {
    async stop() {
      await consumer.stop();
      disk.stop();
      await producer.disconnect();
      await Promise.all([reader.stop(), model.stop()]);
      await store.close();
    },
  };
}
