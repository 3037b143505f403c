import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NODE_FLAGS } from '../infra/process/node-flags.ts';
import { createTopics } from '../platform/kafka/topics.ts';
import { projectRoot } from '../platform/process/project-root.ts';
import { TOPIC_SPECS } from '../schemas/topics.ts';
import { testKafka } from './test-kafka.ts';

export type GatewayName = 'hl7-gateway' | 'dicom-gateway';

export const GATEWAY_PARTITIONS = 8;

/** Where a gateway says on which port it listens. */
const PORT_SETTING = {
  'hl7-gateway': 'INTERLEAVE_HL7_PORT',
  'dicom-gateway': 'INTERLEAVE_DICOM_PORT',
} as const;

/** A gateway in a process of its own, on a free port, with an empty data folder: for tests and benches that look from outside. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly dataDir: string;
  /** of the case ids */
  readonly secret: Buffer;

  private constructor(child: ChildProcess, port: number, dataDir: string, secret: Buffer) {
    this.#child = child;
    this.port = port;
    this.dataDir = dataDir;
    this.secret = secret;
  }

  /** `env` are settings without their prefix, `{ HL7_REMEMBER_MS: '1' }`. Rejects where it does not become ready. */
  static async start(
    name: GatewayName,
    brokers: readonly string[],
    env: Record<string, string> = {},
  ): Promise<GatewayProcess> {
    const kafka = testKafka(brokers);
    await createTopics(kafka, TOPIC_SPECS, GATEWAY_PARTITIONS, 1);
    const dataDir = await mkdtemp(join(tmpdir(), `interleave-${name}-`));
    const secret = randomBytes(32);
    await writeFile(join(dataDir, 'site-secret'), secret, { mode: 0o600 });
    const child = spawn(process.execPath, [...(NODE_FLAGS[name] ?? []), ...programOf(name)], {
      cwd: projectRoot(),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        INTERLEAVE_KAFKA_BROKERS: brokers.join(','),
        INTERLEAVE_PARTITIONS: String(GATEWAY_PARTITIONS),
        INTERLEAVE_DATA_DIR: dataDir,
        INTERLEAVE_HEALTH_PORT: '0',
        [PORT_SETTING[name]]: '0',
        ...Object.fromEntries(Object.entries(env).map(([key, value]) => [`INTERLEAVE_${key}`, value])),
      },
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return new GatewayProcess(child, await portOf(child), dataDir, secret);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resident memory in MiB, now and at its highest (Linux). */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const mib = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { now: mib('VmRSS'), peak: mib('VmHWM') };
  }

  /** Ends it as an operator does and removes its data; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.running) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
    return this.#child.exitCode;
  }
}

/** The compiled program where we are compiled ourselves, else its source. */
function programOf(name: GatewayName): string[] {
  return import.meta.filename.endsWith('.ts')
    ? ['--import', 'tsx', join(projectRoot(), 'services', name, 'main.ts')]
    : [join(projectRoot(), 'build', 'services', name, 'main.js')];
}

/** Reads the log until it says that the service is ready, and on, so that the process never waits for us. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${said.join('\n')}`)));
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      if (said.length < 20) said.push(line);
      const port = /"port":(\d+)/.exec(line)?.[1];
      if (port !== undefined && line.includes('service.ready')) resolve(Number(port));
    });
  });
}
