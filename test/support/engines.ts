import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngines } from '../../infra/embedded/start-engines.ts';

export interface TestEngines {
  kafkaBrokers: string[];
  elasticsearchUrl: string;
}

let own: Promise<TestEngines> | undefined;

/**
 * A real Kafka and a real Elasticsearch for this test file. `npm test` starts one pair for all files and names it in
 * INTERLEAVE_TEST_KAFKA and INTERLEAVE_TEST_ELASTICSEARCH; without these the file starts a pair of its own, which
 * ends with it. The pair is shared: use topics, groups and indices of your own.
 */
export async function engines(): Promise<TestEngines> {
  const kafka = process.env['INTERLEAVE_TEST_KAFKA'];
  const elasticsearch = process.env['INTERLEAVE_TEST_ELASTICSEARCH'];
  if (kafka && elasticsearch) return { kafkaBrokers: kafka.split(','), elasticsearchUrl: elasticsearch };
  own ??= startOwn();
  return own;
}

async function startOwn(): Promise<TestEngines> {
  const dataDir = await mkdtemp(join(tmpdir(), 'interleave-engines-'));
  const running = await startEngines({ dataDir });
  // Neither keeps the test process alive, and both go with it: `after` would tie them to the test that asked first.
  for (const child of running.processes) child.unref();
  process.once('exit', () => {
    for (const child of running.processes) child.kill();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  return { kafkaBrokers: running.kafkaBrokers.split(','), elasticsearchUrl: running.elasticsearchUrl };
}
