import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../infra/embedded/engine.ts';
import { engineFolders } from '../../infra/embedded/engine-folders.ts';
import { javaHome } from '../../infra/embedded/java.ts';
import { kafka } from '../../infra/embedded/kafka.ts';
import { setUpKafka } from '../../infra/kafka/setup.ts';
import { freePorts } from '../../infra/process/free-port.ts';
import { createLogger } from '../../platform/log.ts';

export interface OwnKafka {
  brokers: string[];
  pid: number | undefined;
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
  const engine = await kafka({
    home: home.kafka,
    javaHome: java,
    folder,
    port,
    controllerPort,
    logFile: join(folder, 'kafka.log'),
  });
  const running = await startEngine(engine);
  return {
    brokers: [`127.0.0.1:${port}`],
    pid: running.pid,
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
