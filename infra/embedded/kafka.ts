import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import type { Engine } from './engine.ts';
import { formatKafka } from './kafka-format.ts';
import {
  ENGINE_STOP_MS,
  KAFKA_HEAP_MB,
  KAFKA_MESSAGE_MAX_BYTES,
  KAFKA_TRANSACTION_MAX_MS,
} from './limits.ts';

export interface KafkaOptions {
  /** The folder that `infra/embedded/kafka/pom.xml` filled. */
  home: string;
  javaHome: string;
  /** Settings and log segments live here. */
  folder: string;
  port: number;
  controllerPort: number;
  logFile: string;
}

/**
 * One KRaft broker and controller in one process, on loopback. The data folder is formatted when it is new.
 *
 * A single broker survives being killed, not a power cut: it acknowledges from the page cache, and there is no replica.
 */
export async function kafka(options: KafkaOptions): Promise<Engine> {
  const java = join(options.javaHome, 'bin', 'java');
  const classPath = join(options.home, 'lib', '*');
  const settings = join(options.folder, 'server.properties');
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  await writeFile(settings, serverProperties(options), { mode: 0o600 });
  await formatKafka({ java, classPath, segments: segments(options.folder), settings });
  return {
    spec: {
      name: 'kafka',
      command: java,
      args: [...JVM, '-cp', classPath, 'kafka.Kafka', settings],
      cwd: options.folder,
      logFile: options.logFile,
      stopGraceMs: ENGINE_STOP_MS,
    },
    answers: () => answers(`127.0.0.1:${options.port}`),
  };
}

const SIMPLE_LOGGER = '-Dorg.slf4j.simpleLogger';
const JVM = [
  `-Xms${KAFKA_HEAP_MB / 2}m`,
  `-Xmx${KAFKA_HEAP_MB}m`,
  '-XX:+UseG1GC',
  // The quick compiler only: on few cores the other one takes more in the first minutes than it gives back at our rates.
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.awt.headless=true',
  `${SIMPLE_LOGGER}.defaultLogLevel=warn`,
  `${SIMPLE_LOGGER}.log.kafka.server=info`,
  `${SIMPLE_LOGGER}.showDateTime=true`,
  `${SIMPLE_LOGGER}.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS`,
];

/** https://kafka.apache.org/documentation/#brokerconfigs */
function serverProperties({ folder, port, controllerPort }: KafkaOptions): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'log.dirs': segments(folder),
    'auto.create.topics.enable': false,

    // One node: every internal topic has one replica.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,

    'message.max.bytes': KAFKA_MESSAGE_MAX_BYTES,
    'replica.fetch.max.bytes': KAFKA_MESSAGE_MAX_BYTES,

    // A dead joiner's open transaction holds read-committed readers up: look for such often, and allow no long ones.
    'transaction.max.timeout.ms': KAFKA_TRANSACTION_MAX_MS,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1_000,
    'group.initial.rebalance.delay.ms': 500,
    // A system that was switched off over a long holiday goes on where it stood.
    'offsets.retention.minutes': 90 * 24 * 60,

    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
    'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

const segments = (folder: string) => join(folder, 'segments');

async function answers(broker: string): Promise<boolean> {
  const client = new kafkajs.Kafka({
    brokers: [broker],
    clientId: 'interleave-ready',
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
