import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePorts, requireFreePort } from '../process/free-port.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { elasticsearch } from './elasticsearch.ts';
import { elasticsearchPlace } from './elasticsearch-place.ts';
import { type Engine, startEngine } from './engine.ts';
import { engineFolders } from './engine-folders.ts';
import { javaHome } from './java.ts';
import { kafka } from './kafka.ts';
import { ENGINES_MEMORY_MB } from './limits.ts';
import { requireMemory } from './resources.ts';
import { elasticsearchUser } from './unprivileged-user.ts';

export interface EnginesOptions {
  /** Everything that the engines write lies below this folder (`kafka/`, `elasticsearch/`, `logs/`). */
  dataDir: string;
  /** 0 (the default) takes a free one. */
  kafkaPort?: number;
  elasticsearchPort?: number;
  log?: (line: string) => void;
}

export interface PreparedEngines {
  kafkaBrokers: string;
  elasticsearchUrl: string;
  kafka: Engine;
  elasticsearch: Engine;
}

export interface RunningEngines {
  /** `host:port`, as for INTERLEAVE_KAFKA_BROKERS. */
  kafkaBrokers: string;
  elasticsearchUrl: string;
  processes: readonly ManagedProcess[];
  /** Stops both cleanly; the data stays. */
  stop(): Promise<void>;
}

/** A real Kafka broker and a real Elasticsearch node on loopback, ready to be used. */
export async function startEngines(options: EnginesOptions): Promise<RunningEngines> {
  requireMemory(ENGINES_MEMORY_MB, 'Kafka with Elasticsearch');
  const engines = await prepareEngines(options);
  const started = await Promise.allSettled([startEngine(engines.kafka), startEngine(engines.elasticsearch)]);
  const processes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => {
    await Promise.all(processes.map((process) => process.stop()));
  };
  const failure = started.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const { kafkaBrokers, elasticsearchUrl } = engines;
  return { kafkaBrokers, elasticsearchUrl, processes, stop };
}

/** Everything but the start: programs, folders, ports, settings. */
export async function prepareEngines(options: EnginesOptions): Promise<PreparedEngines> {
  const log = options.log ?? (() => undefined);
  const dataDir = resolve(options.dataDir);
  await makeFolders(dataDir);
  const [java, homes, ports] = await Promise.all([javaHome(), engineFolders(), choosePorts(options)]);
  const user = elasticsearchUser();
  const place = await elasticsearchPlace({ home: homes.elasticsearch, dataDir, javaHome: java, user, log });
  const logFile = (name: string) => join(dataDir, 'logs', `${name}.log`);
  const [kafkaEngine, elasticsearchEngine] = await Promise.all([
    kafka({
      home: homes.kafka,
      javaHome: java,
      folder: join(dataDir, 'kafka'),
      port: ports.kafka,
      controllerPort: ports.controller,
      logFile: logFile('kafka'),
    }),
    elasticsearch({
      ...place,
      javaHome: java,
      port: ports.elasticsearch,
      logFile: logFile('elasticsearch'),
      user,
    }),
  ]);
  return {
    kafkaBrokers: `127.0.0.1:${ports.kafka}`,
    elasticsearchUrl: `http://127.0.0.1:${ports.elasticsearch}`,
    kafka: kafkaEngine,
    elasticsearch: elasticsearchEngine,
  };
}

/** The data folder may have to let another user pass (see elasticsearch-place.ts); what is in it is private. */
async function makeFolders(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  for (const name of ['kafka', 'logs']) await mkdir(join(dataDir, name), { recursive: true, mode: 0o700 });
}

async function choosePorts(options: EnginesOptions) {
  const free = (await freePorts(5)).filter(
    (port) => port !== options.kafkaPort && port !== options.elasticsearchPort,
  );
  const [freeKafka = 0, freeElasticsearch = 0, controller = 0] = free;
  for (const [what, port] of [
    ['Kafka', options.kafkaPort],
    ['Elasticsearch', options.elasticsearchPort],
  ] as const)
    if (port)
      await requireFreePort(port, what, 'stop the program that listens there, or choose another port');
  return {
    kafka: options.kafkaPort || freeKafka,
    elasticsearch: options.elasticsearchPort || freeElasticsearch,
    controller,
  };
}
