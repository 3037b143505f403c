import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { ensureActToken } from '../../infra/act-token.ts';
import { setUpElasticsearch } from '../../infra/elasticsearch/setup.ts';
import { type Engine, untilAnswers } from '../../infra/embedded/engine.ts';
import { ENGINE_READY_MS } from '../../infra/embedded/limits.ts';
import { type PreparedEngines, prepareEngines } from '../../infra/embedded/start-engines.ts';
import { forgetGroup } from '../../infra/kafka/forget-group.ts';
import { liveEncoders } from '../../infra/kafka/live-generations.ts';
import { setUpKafka } from '../../infra/kafka/setup.ts';
import type { ProcessSpec } from '../../infra/process/managed-process.ts';
import { SupervisedProcess } from '../../infra/process/supervised-process.ts';
import { ensureSiteSecret } from '../../infra/site-secret.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { EXIT_FINAL } from '../../platform/process/exit-codes.ts';
import { createLogger } from '../../platform/process/log.ts';
import { indexerGroup } from '../../schemas/index/index-names.ts';
import type { Step } from '../bootstrap.ts';
import { REMEMBER_RETRY_MS, SYSTEM_READY_MS } from '../limits.ts';
import { type Instance, writeInstance } from './instance.ts';
import type { Ports } from './ports.ts';
import { makeDataPrivate } from './private-data.ts';
import { untilReady } from './ready.ts';
import { type HealthName, SERVICES, type ServiceName, WITH_HEALTH } from './service-names.ts';
import { feedSpec, type SystemSettings, serviceSpec } from './services.ts';
import { engineHold, type TendedEngine, tendEngines, tendedElasticsearch } from './tend-engines.ts';
import { watchDisk } from './watch-disk.ts';
import { type WatchedPart, watchReady } from './watch-ready.ts';
import { whyEnded, whyFatal } from './why-ended.ts';

export interface SystemOptions {
  dataDir: string;
  ports: Ports;
  /** Cases per second of the simulator; `undefined` for no feed. */
  feedRate: number | undefined;
  /** Throw the index away and fill it again from `radiology.case`. */
  rebuildIndex: boolean;
  say(line: string): void;
  step: Step;
  /** The compiled program: `build/`, or what stands for it in a test. */
  programs: string;
}

/** The services that do not wait for Elasticsearch, which takes longest to start; and those that do. */
const AT_INDEX: readonly ServiceName[] = ['indexer', 'search'];
/** The one that knows whether the log went back; gateways take nothing before it has looked. */
const FIRST: readonly ServiceName[] = ['joiner'];
const BEFORE_INDEX = SERVICES.filter((name) => !AT_INDEX.includes(name) && !FIRST.includes(name));

/** A single broker has a single replica. */
const REPLICATION = 1;

/** Everything that `up` runs: the engines, the seven services, the feed. It can be stopped at any moment. */
export class System {
  readonly #options: SystemOptions;
  readonly #children: SupervisedProcess[] = [];
  #instance: Instance | undefined;
  #stopping = false;
  #watch: { stop(): void } | undefined;
  #watchers: { stop(): void }[] = [];
  #rememberTimer: NodeJS.Timeout | undefined;

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  /** Resolves when every part is ready; the one who called stops the system when it rejects. */
  async start(): Promise<Instance> {
    const { dataDir, ports, feedRate, step, say } = this.#options;
    const { partitions } = loadConfig({ partitions: commonConfig.partitions });
    const log = createLogger('up', 'error');
    await makeDataPrivate(dataDir, say);
    await makeFolders(dataDir);
    const engines = await prepareEngines({
      dataDir,
      kafkaPort: ports.kafka,
      elasticsearchPort: ports.elasticsearch,
      log: say,
    });
    const { kafkaBrokers, elasticsearchUrl } = engines;
    const settings: SystemSettings = {
      programs: this.#options.programs,
      dataDir,
      kafkaBrokers,
      elasticsearchUrl,
      ports,
      dicomAeTitle: process.env['INTERLEAVE_DICOM_AE_TITLE'] || 'INTERLEAVE',
    };
    this.#instance = describe(settings);
    this.#watchers.push(watchDisk(dataDir, say), this.#tend(engines));
    const brokers = kafkaBrokers.split(',');
    const { schemaRegistryUrl } = loadConfig({ schemaRegistryUrl: commonConfig.schemaRegistryUrl });
    const kafka = step('Starting Kafka', () => this.#startEngine(engines.kafka)).then(() =>
      setUpKafka({ brokers, partitions, replication: REPLICATION, schemaRegistryUrl }, log),
    );
    const elasticsearch = step('Starting Elasticsearch', () => this.#startEngine(engines.elasticsearch));
    const index = Promise.all([kafka, elasticsearch]).then(async ([{ clusterId }]) =>
      setUpElasticsearch(elasticsearchUrl, log, {
        kafkaCluster: clusterId,
        live: await liveEncoders(brokers, log),
        rebuild: this.#options.rebuildIndex,
        forget: ({ cases }) => forgetGroup(brokers, indexerGroup(cases), log),
      }),
    );
    await Promise.all([
      kafka.then(() =>
        step('Starting joiner, gateways and readers', async () => {
          await this.#startServices(FIRST, settings);
          await this.#startServices(BEFORE_INDEX, settings);
        }),
      ),
      index.then(() => step('Starting indexer and search', () => this.#startServices(AT_INDEX, settings))),
    ]);
    if (feedRate !== undefined) this.#launch(feedSpec(feedRate, settings));
    this.#watch = this.#watchReady(ports);
    return this.#instance;
  }

  /** From the source of the data to its end, so that nothing is sent to a part that is gone. Leaves no process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch?.stop();
    for (const watcher of this.#watchers) watcher.stop();
    clearTimeout(this.#rememberTimer);
    const waves = [['feed'], ['hl7-gateway', 'dicom-gateway'], SERVICES.slice(2), ENGINES];
    for (const names of waves)
      await Promise.all(
        this.#children
          .filter(({ name }) => (names as readonly string[]).includes(name))
          .map((child) => child.stop()),
      );
  }

  /** SIGKILL for all, at once. */
  kill(): void {
    this.#stopping = true;
    for (const child of this.#children) void child.stop(0);
  }

  async #startEngine(engine: Engine): Promise<void> {
    const child = this.#launch(engine.spec);
    await untilAnswers(engine, child.current, ENGINE_READY_MS);
  }

  async #startServices(names: readonly ServiceName[], settings: SystemSettings): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const child = this.#launch(serviceSpec(name, settings));
        await untilReady(child, settings.ports.health[name], SYSTEM_READY_MS, () => this.#stopping);
      }),
    );
  }

  #launch(spec: ProcessSpec): SupervisedProcess {
    if (this.#stopping) throw new InterleaveError('NOT_RUNNING', 'It was stopped while it started.');
    const { say } = this.#options;
    const child = new SupervisedProcess(spec, {
      say: (line) => say(`! ${line}`),
      changed: () => this.#remember(),
      isFinal: ({ code }) => code === EXIT_FINAL && isService(spec.name),
      why: whyFatal,
      ...(ENGINES.includes(spec.name) ? { hold: () => engineHold(this.#options.dataDir) } : {}),
      // During the start whoever waits for it is told.
      endedForGood: (ended) => {
        if (this.#watch !== undefined)
          say(
            `! ${ended.name} cannot run and is not started again: ${whyEnded(ended.lastLines(SHOWN_LINES))}`,
          );
      },
    });
    this.#children.push(child);
    this.#remember();
    return child;
  }

  #watchReady(ports: Ports): { stop(): void } {
    const parts = this.#children.flatMap((child): WatchedPart[] => {
      const healthPort = WITH_HEALTH.includes(child.name as HealthName)
        ? ports.health[child.name as HealthName]
        : undefined;
      const { logFile } = child.spec;
      const endedForGood = () => child.endedForGood;
      return healthPort === undefined ? [] : [{ name: child.name, healthPort, logFile, endedForGood }];
    });
    return watchReady(parts, this.#options.say);
  }

  #tend({ kafka, elasticsearch, elasticsearchUrl }: PreparedEngines): { stop(): void } {
    const ways = [
      { name: kafka.spec.name, works: () => kafka.answers() },
      { name: elasticsearch.spec.name, ...tendedElasticsearch(elasticsearchUrl) },
    ];
    const tended = ways.map((way): TendedEngine => {
      const child = () => this.#children.find(({ name }) => name === way.name);
      return {
        ...way,
        running: () => child()?.current.running ?? false,
        restart: async () => child()?.restart(),
      };
    });
    return tendEngines(this.#options.dataDir, tended, this.#options.say);
  }

  /**
   * Written down at each change, so that whoever comes after a SIGKILL of ours knows what is left. Where the disk does
   * not take it, the last words stay, and it is tried until it does.
   */
  #remember(): void {
    if (this.#instance === undefined) return;
    this.#instance.children = this.#children.flatMap((child) => {
      const identity = child.current.identity();
      return identity === undefined ? [] : [{ name: child.name, identity }];
    });
    clearTimeout(this.#rememberTimer);
    try {
      writeInstance(this.#options.dataDir, this.#instance);
    } catch {
      this.#rememberTimer = setTimeout(() => this.#remember(), REMEMBER_RETRY_MS).unref();
    }
  }
}

const SHOWN_LINES = 5;
const ENGINES = ['kafka', 'elasticsearch'];

/** The engines' exit codes are not ours. */
function isService(name: string): boolean {
  return (SERVICES as readonly string[]).includes(name);
}

async function makeFolders(dataDir: string): Promise<void> {
  for (const name of ['objects', 'logs']) await mkdir(join(dataDir, name), { recursive: true, mode: 0o700 });
  await ensureSiteSecret(dataDir);
  await ensureActToken(dataDir);
}

function describe({ ports, kafkaBrokers, elasticsearchUrl, dicomAeTitle }: SystemSettings): Instance {
  return {
    startedAt: new Date().toISOString(),
    page: `http://127.0.0.1:${ports.page}`,
    kafkaBrokers,
    elasticsearchUrl,
    hl7: { host: '127.0.0.1', port: ports.hl7 },
    dicom: { host: '127.0.0.1', port: ports.dicom, aeTitle: dicomAeTitle },
    health: { ...ports.health },
    children: [],
  };
}
