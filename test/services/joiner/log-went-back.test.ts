import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { reportLabeled } from '../../../harness/event-fixture.ts';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testContext } from '../../../harness/service-context.ts';
import { until } from '../../../harness/until.ts';
import { setUpKafka } from '../../../infra/kafka/setup.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { config as shape } from '../../../services/joiner/config.ts';
import { start } from '../../../services/joiner/service.ts';
import { caseIdOf, JoinerHarness } from '../../support/joiner-harness.ts';
import { LOSSES, loseLog, rememberLog } from '../../support/lose-log.ts';

const PARTITIONS = 2;

describe('the log of Kafka goes back behind the cache of the joiner', () => {
  let broker: OwnKafka;
  let folder: string;
  let joiner: { service: RunningService; context: ReturnType<typeof testContext> } | null = null;

  beforeEach(async () => {
    broker = await ownKafka(PARTITIONS);
    folder = await mkdtemp(join(tmpdir(), 'interleave-went-back-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'site-secret'), 'a secret of the test, long enough');
  });
  afterEach(async () => {
    await stopJoiner();
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  async function startJoiner() {
    const context = testContext('joiner');
    const config = loadConfig(shape, {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_DATA_DIR: join(folder, 'data'),
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
    });
    joiner = { service: await start(config, context), context };
    return context;
  }

  async function stopJoiner() {
    await joiner?.service.stop();
    joiner = null;
  }

  const version = (text: string, effectiveAt: number) =>
    reportLabeled({ received: { caseId: caseIdOf('a'), effectiveAt }, reading: { text } });

  async function withHarness<T>(use: (harness: JoinerHarness) => Promise<T>): Promise<T> {
    const harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    try {
      return await use(harness);
    } finally {
      await harness.disconnect();
    }
  }

  async function writtenText(): Promise<string | undefined> {
    const states = await withHarness((harness) => harness.cases());
    return states.get(caseIdOf('a'))?.reports[0]?.latest.reading.text;
  }

  for (const loss of LOSSES)
    test(`${loss}: told with a code, and nothing is written`, async () => {
      await startJoiner();
      await withHarness((harness) => harness.send([{ report: version('small nodule', 1) }]));
      await until(async () => (await writtenText()) === 'small nodule', 30_000, 'the first version');
      await stopJoiner();
      const moment = await rememberLog(broker, join(folder, 'copy'));

      await startJoiner();
      await withHarness((harness) => harness.send([{ report: version('mass', 2) }]));
      await until(async () => (await writtenText()) === 'mass', 30_000, 'the correction');
      await stopJoiner();
      await loseLog(broker, loss, moment);
      await setUpKafka(
        { brokers: broker.brokers, partitions: PARTITIONS, replication: 1 },
        testContext('test').log,
      );

      const context = await startJoiner();
      const told = () => context.ready.describe()['log'];
      await until(() => told()?.ok === false, 30_000, 'the code');
      assert.match(told()?.detail ?? '', /LOG_WENT_BACK in partition \d.*interleave recover/);
      assert.equal(context.ready.ok, false);
      const before = await withHarness((harness) => harness.history());
      await withHarness((harness) => harness.send([{ report: version('small nodule', 1) }]));
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      assert.equal((await withHarness((harness) => harness.history())).length, before.length);
      assert.deepEqual(context.failures, []);
    });

  test('an older copy that has grown since: the record is another one than was seen', async () => {
    const send = (text: string, at: number) =>
      withHarness((harness) => harness.send([{ report: version(text, at) }]));
    await startJoiner();
    await send('small nodule', 1);
    await until(async () => (await writtenText()) === 'small nodule', 30_000, 'the first version');
    await stopJoiner();
    const moment = await rememberLog(broker, join(folder, 'copy'));
    await startJoiner();
    await send('mass', 2);
    await until(async () => (await writtenText()) === 'mass', 30_000, 'the correction');
    await stopJoiner();
    await loseLog(broker, 'older copy', moment);
    // Another joiner, without that cache, goes on with the older copy.
    const other = loadConfig(shape, {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_DATA_DIR: join(folder, 'other'),
      INTERLEAVE_SITE_SECRET_FILE: join(folder, 'data', 'site-secret'),
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
    });
    const context = testContext('joiner');
    const service = await start(other, context);
    await send('nodule', 3);
    await send('nodule of 3 mm', 4);
    await until(async () => (await writtenText()) === 'nodule of 3 mm', 30_000, 'growth');
    await service.stop();

    const back = await startJoiner();
    await until(() => back.ready.describe()['log']?.ok === false, 30_000, 'the code');
  });
});
