import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../infra/embedded/engine.ts';
import { engineFolders } from '../infra/embedded/engine-folders.ts';
import { javaHome } from '../infra/embedded/java.ts';
import { kafka } from '../infra/embedded/kafka.ts';
import { formatKafka } from '../infra/embedded/kafka-format.ts';
import { setUpKafka } from '../infra/kafka/setup.ts';
import { freePorts } from '../infra/process/free-port.ts';
import { createLogger } from '../platform/process/log.ts';

export interface OwnKafka {
  brokers: string[];
  readonly pid: number | undefined;
  /** Kafka's `log.dirs`: a folder for each partition, and the cluster's own */
  segments: string;
  /** Ends the broker; what it wrote stays. */
  halt(): Promise<void>;
  /** Starts it again after `halt`, on the same ports. */
  resume(): Promise<void>;
  /** After `halt`: formats a folder that was emptied, under the id that the cluster had. */
  formatAnew(): Promise<void>;
  stop(): Promise<void>;
}

/** A broker for one test file alone, for tests that need the topics by their fixed names, with all of them created. */
export async function ownKafka(partitions: number): Promise<OwnKafka> {
  const own = await youngKafka();
  await setUpKafka({ brokers: own.brokers, partitions, replication: 1 }, createLogger('test', 'fatal'));
  return own;
}

/** The same with nothing in it: no topic, and no group has ever been asked for. */
export async function youngKafka(): Promise<OwnKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-kafka-'));
  const [home, java, [port = 0, controllerPort = 0]] = await Promise.all([
    engineFolders(),
    javaHome(),
    freePorts(2),
  ]);
  const options = {
    home: home.kafka,
    javaHome: java,
    folder,
    port,
    controllerPort,
    logFile: join(folder, 'kafka.log'),
  };
  const engine = await kafka(options);
  const segments = join(folder, 'segments');
  const clusterId = /^cluster.id=(.*)$/m.exec(await readFile(join(segments, 'meta.properties'), 'utf8'))?.[1];
  let running = await startEngine(engine);
  return {
    brokers: [`127.0.0.1:${port}`],
    segments,
    get pid() {
      return running.pid;
    },
    async halt() {
      await running.stop();
    },
    async resume() {
      running = await startEngine(engine);
    },
    async formatAnew() {
      const classPath = join(home.kafka, 'lib', '*');
      const settings = join(folder, 'server.properties');
      await formatKafka({ java: join(java, 'bin', 'java'), classPath, segments, settings }, clusterId);
    },
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
