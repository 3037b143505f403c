/** The DICOM gateway: its associations store objects and publish `radiology.image.received`. */

import { join } from 'node:path';
import { DEFAULT_SITE, parseSiteTable } from '../../core/radiology/case-key.ts';
import { untilLmdbRoom } from '../../platform/disk/lmdb-room.ts';
import { watchDisk } from '../../platform/disk/watch-disk.ts';
import { createKafka } from '../../platform/kafka/client.ts';
import { deadLetterObject } from '../../platform/kafka/dead-letter.ts';
import { DurabilityProbe } from '../../platform/kafka/durability-probe.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { checkTopics } from '../../platform/kafka/topics.ts';
import { type ServerTls, serverTls } from '../../platform/net/tls.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { readJsonFile, readSecret } from '../../platform/process/files.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { privateFolder, tellNarrowed } from '../../platform/process/private-folder.ts';
import { events } from '../../schemas/events.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { deadLetterTopic, TOPIC_SPECS, TOPICS } from '../../schemas/topics.ts';
import type { Config } from './config.ts';
import { listenForStores } from './dicomweb/store-listener.ts';
import { KeyImageIndex } from './key-image-index.ts';
import { DISCARD_FACTOR } from './limits.ts';
import { listen } from './listener.ts';
import { sendRejections } from './send-rejections.ts';
import type { StoreObjectOptions } from './store-object.ts';
import { type GatewayTelemetry, gatewayTelemetry } from './telemetry.ts';

const SERVICE = 'dicom-gateway';

export async function start(config: Config, context: ServiceContext): Promise<RunningService> {
  const { log, metrics, ready } = context;
  const telemetry = gatewayTelemetry(context);
  const kafka = createKafka(config.kafkaBrokers, `interleave-${SERVICE}`, log);
  const topics = [TOPICS.imageReceived, TOPICS.imageRejected, deadLetterTopic(SERVICE), TOPICS.schema];
  const specs = TOPIC_SPECS.filter((spec) => topics.includes(spec.name));
  const tls = config.dicomTls || config.stowTls ? await serverTls(config) : null;
  const stored = await storing(config, context);
  const disk = await watchDisk(config.dataDir, context);
  if (!config.objectStoreSync)
    log.warn(
      { setting: 'INTERLEAVE_OBJECT_STORE_SYNC' },
      'durability.off: objects are acknowledged that a power cut loses',
    );
  log.info(await checkTopics(kafka, specs, config.partitions), 'durability.promise');
  await Schemas.published(schemaOptions(kafka, config, context));
  const producer = await EventProducer.connect(kafka, log, metrics);
  const probe = new DurabilityProbe(ready, async () => {
    await checkTopics(kafka, specs, config.partitions);
    await (await stored.store.writer()).abort();
  });
  const options: StoreObjectOptions = {
    ...stored,
    ...publishing(producer, stored.secret),
    onStored(outcome) {
      telemetry.stored(outcome);
      probe.saw(outcome.answer.code);
    },
    now: Date.now,
  };
  const listener = await listen(config, options, telemetry, config.dicomTls ? tls : null).catch(
    async (error: unknown) => {
      await producer.disconnect();
      throw error;
    },
  );
  const stow = await listening(config, options, telemetry, config.stowTls ? tls : null).catch(
    async (error: unknown) => {
      await listener.stop();
      await producer.disconnect();
      throw error;
    },
  );
  if (stow !== null) log.info({ port: stow.port }, 'stow.listening');
  return {
    port: listener.port,
    async stop() {
      await Promise.all([listener.stop(), stow?.stop()]);
      probe.stop();
      disk.stop();
      await producer.disconnect();
      await stored.memory.close();
      await stored.store.close();
    },
  };
}

/** STOW-RS, where it has a port. */
async function listening(
  config: Config,
  options: StoreObjectOptions,
  telemetry: GatewayTelemetry,
  tls: ServerTls | null,
) {
  if (config.stowPort === undefined) return null;
  return listenForStores(config, options, telemetry, tls);
}

/** The object store, the site's rules and the limits of one object. */
export async function storing(config: Config, context: Pick<ServiceContext, 'log' | 'metrics' | 'ready'>) {
  const secretFile = config.siteSecretFile || join(config.dataDir, 'site-secret');
  const maxDataSetLength = config.dicomMaxDataSetMib * 1024 * 1024;
  const memory = join(config.dataDir, 'dicom-gateway');
  tellNarrowed(await privateFolder(memory), memory, context.log);
  await untilLmdbRoom(memory, context);
  return {
    store: await openObjectStore(config.dataDir, { sync: config.objectStoreSync, context }),
    site: config.siteFile === '' ? DEFAULT_SITE : parseSiteTable(await readJsonFile(config.siteFile)),
    secret: await readSecret(secretFile),
    ...siteRules(config),
    memory: await KeyImageIndex.open(memory, config.dicomMemoryMib * 1024 * 1024),
    maxDataSetLength,
    maxDiscardedLength: maxDataSetLength * DISCARD_FACTOR,
  };
}

export function siteRules(config: Config): Pick<StoreObjectOptions, 'rule' | 'refused' | 'changed'> {
  return {
    rule: {
      modalities: config.keyImageModalities,
      seriesMaximum: config.keyImageSeriesMaximum,
      marks: config.keyImageMarks,
    },
    refused: config.dicomRefusedObjects,
    changed: config.dicomChangedObjects,
  };
}

export function publishing(
  producer: EventProducer,
  secret: Buffer,
): Pick<StoreObjectOptions, 'publish' | 'reject' | 'deadLetter'> {
  return {
    publish: (event) =>
      producer.send(TOPICS.imageReceived, { key: event.caseId, value: events.imageReceived.encode(event) }),
    reject: (rejections) => sendRejections(producer, secret, rejections),
    deadLetter: (code, object, caseId) => deadLetterObject(producer, SERVICE, code, object, caseId),
  };
}
