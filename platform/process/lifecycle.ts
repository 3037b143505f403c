import type { z } from 'zod';
import { codeOf } from '../../core/errors.ts';
import { loadConfig, printableConfig } from './config.ts';
import { EXIT_FAILED, exitCodeOf } from './exit-codes.ts';
import { serveHealth } from './health-server.ts';
import { unknownVariables } from './known-variables.ts';
import { createLogger, type Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import { PRIVATE_UMASK } from './private-folder.ts';
import { Readiness } from './readiness.ts';

/** What a service is given by the process it runs in. */
export interface ServiceContext {
  log: Logger;
  metrics: Metrics;
  ready: Readiness;
  /** ends the process with exit code 1 after draining; only the first call counts */
  fail(error: unknown): void;
}

export interface RunningService {
  /** Takes no more work, finishes what is under way, lets go of everything. */
  stop(): Promise<void>;
  /** the port it listens on, where it has one */
  port?: number;
}

/** A service that has not drained after this long is ended. */
const DRAIN_TIMEOUT_MS = 10_000;

/** What every configuration must have for `main`. */
export interface ProcessConfig {
  host: string;
  healthPort: number;
  logLevel: string;
}

/**
 * The life of a service's process: configuration (`--print-config` shows it and ends), `/livez`, `/readyz` and
 * `/metrics`, `start`, then SIGTERM or SIGINT, drain, exit code. 0: drained; 1: failed;
 * 2: failed at the start for a reason that no restart mends (`exit-codes.ts`).
 */
export async function main<S extends z.ZodRawShape>(
  name: string,
  shape: S,
  start: (config: Readonly<z.infer<z.ZodObject<S>>>, context: ServiceContext) => Promise<RunningService>,
): Promise<void> {
  process.umask(PRIVATE_UMASK);
  const log = createLogger(name, process.env['INTERLEAVE_LOG_LEVEL'] || 'info');
  try {
    const config = loadConfig(shape);
    if (process.argv.includes('--print-config')) {
      console.log(JSON.stringify(printableConfig(config), null, 2));
      return;
    }
    for (const unknown of unknownVariables()) log.warn(unknown, 'config.unknown');
    process.exit(await run(name, config, start, log));
  } catch (error) {
    log.fatal({ err: error, code: codeOf(error) }, 'service.failed');
    process.exit(exitCodeOf(error));
  }
}

async function run<C>(
  name: string,
  config: C,
  start: (config: C, context: ServiceContext) => Promise<RunningService>,
  log: Logger,
): Promise<number> {
  const { host, healthPort } = config as ProcessConfig;
  const metrics = new Metrics(name);
  const ready = new Readiness();
  ready.set('started', false);
  let end: (error: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(null));
  const context: ServiceContext = { log, metrics, ready, fail: (error) => end(error ?? new Error('failed')) };
  process.on('unhandledRejection', (error) => context.fail(error));
  process.on('uncaughtException', (error) => context.fail(error));

  const health = await serveHealth({ host, port: healthPort }, metrics, ready);
  const starting = start(config, context);
  // A signal or a failure during a long start ends it too.
  const first = await Promise.race([ended.then((error) => ({ error })), starting]);
  if (!('error' in first)) {
    ready.set('started', true);
    log.info({ port: first.port }, 'service.ready');
  }
  const error = await ended;
  ready.set('started', false, 'stopping');
  if (error !== null) log.fatal({ err: error, code: codeOf(error) }, 'service.failed');

  const service = await within(starting, DRAIN_TIMEOUT_MS);
  const drained =
    service === null ||
    (await within(
      service.stop().then(() => true),
      DRAIN_TIMEOUT_MS,
    )) !== null;
  if (!drained) log.error('service.drain.timeout');
  health.close();
  log.info('service.stopped');
  return error === null && drained ? 0 : EXIT_FAILED;
}

/** The value, or null when it failed or took too long. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  return Promise.race([promise.catch(() => null), timeout]).finally(() => clearTimeout(timer));
}
