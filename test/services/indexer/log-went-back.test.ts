import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { setUpKafka } from '../../../infra/kafka/setup.ts';
import { clusterIdOf } from '../../../platform/kafka/cluster-id.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { config } from '../../../services/indexer/config.ts';
import { start } from '../../../services/indexer/service.ts';
import { caseFixture } from '../../support/case-fixture.ts';
import { type Loss, loseLog, rememberLog } from '../../support/lose-log.ts';
import { OwnIndices } from '../../support/own-indices.ts';
import { fixtureSecretFile } from '../../support/site-secret.ts';

const PARTITIONS = 1;

describe('the log of Kafka goes back behind the index', () => {
  let broker: OwnKafka;
  let indices: OwnIndices;
  let folder: string;
  let indexer: RunningService | null = null;

  beforeEach(async () => {
    broker = await ownKafka(PARTITIONS);
    folder = await mkdtemp(join(tmpdir(), 'interleave-went-back-'));
    indices = await OwnIndices.create({ kafkaCluster: await clusterIdOf(testKafka(broker.brokers)) });
  });
  afterEach(async () => {
    await stopIndexer();
    await indices.remove();
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  async function startIndexer() {
    const context = testContext('indexer');
    const settings = loadConfig(config, {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      ...indices.env,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
      INTERLEAVE_SITE_SECRET_FILE: fixtureSecretFile(),
    });
    indexer = await start(settings, context);
    return context;
  }

  async function stopIndexer() {
    await indexer?.stop();
    indexer = null;
  }

  async function write(...texts: string[]) {
    const { log, metrics } = testContext('test');
    const producer = await EventProducer.connect(testKafka(broker.brokers), log, metrics);
    for (const text of texts) {
      const state = caseFixture({ accession: 'A1', reports: [text] });
      await producer.send(TOPICS.case, { key: state.caseId, value: events.case.encode(state) });
    }
    await producer.disconnect();
  }

  async function found(): Promise<string> {
    const { caseId } = caseFixture({ accession: 'A1' });
    await indices.client.indices.refresh({ index: indices.names.cases });
    const answer = await indices.client.get<{ text: { report: string } }>(
      { index: indices.names.cases, id: caseId },
      { ignore: [404] },
    );
    return answer._source?.text.report ?? '';
  }

  async function loseCorrection(loss: Loss) {
    await startIndexer();
    await write('FINDINGS: Nodule.');
    await until(async () => (await found()).includes('Nodule'), 30_000, 'the first version');
    await stopIndexer();
    const moment = await rememberLog(broker, join(folder, 'copy'));
    await startIndexer();
    await write('FINDINGS: Nodule.', 'FINDINGS: Large mass.');
    await until(async () => (await found()).includes('mass'), 30_000, 'the correction');
    await stopIndexer();
    await loseLog(broker, loss, moment);
    const options = { brokers: broker.brokers, partitions: PARTITIONS, replication: 1 };
    await setUpKafka(options, testContext('test').log);
  }

  for (const loss of ['older copy', 'emptied'] as const)
    test(`${loss}: told with a code; nothing counts as stale in silence`, async () => {
      await loseCorrection(loss);
      const context = await startIndexer();
      const told = () => context.ready.describe()['log'];
      await until(() => told()?.ok === false, 30_000, 'the code');
      assert.match(told()?.detail ?? '', /LOG_WENT_BACK in partition 0.*interleave recover/);
      await write('FINDINGS: Larger mass.');
      await sleep(2_000);
      assert.match(await found(), /Large mass/);
      assert.doesNotMatch(await context.metrics.text(), /outcome="stale"/);
      assert.equal(context.ready.ok, false);
      assert.deepEqual(context.failures, []);
      await stopIndexer();

      // It has grown past what was seen: the records are others.
      await write('FINDINGS: One.', 'FINDINGS: Two.', 'FINDINGS: Three.', 'FINDINGS: Four.');
      const later = await startIndexer();
      await until(() => later.ready.describe()['log']?.ok === false, 30_000, 'the code');
      assert.match(await found(), /Large mass/);
    });
});
