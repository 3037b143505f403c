import type { ServiceContext } from './lifecycle.ts';
import { createLogger } from './log.ts';
import { Metrics } from './metrics.ts';
import { Readiness } from './readiness.ts';

/** A context for running a service inside a test; what it failed with is kept. */
export function testContext(name: string): ServiceContext & { failures: unknown[] } {
  const failures: unknown[] = [];
  return {
    log: createLogger(name, process.env['INTERLEAVE_TEST_LOG'] ?? 'fatal'),
    metrics: new Metrics(name),
    ready: new Readiness(),
    failures,
    fail: (error) => failures.push(error),
  };
}
