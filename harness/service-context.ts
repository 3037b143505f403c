import type { ServiceContext } from '../platform/process/lifecycle.ts';
import { createLogger } from '../platform/process/log.ts';
import { Metrics } from '../platform/process/metrics.ts';
import { Readiness } from '../platform/process/readiness.ts';

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
