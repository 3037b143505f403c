import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { type CaseCorrection, correctionKey, sealedCorrection } from '../../../core/radiology/corrections.ts';
import { digestOf, reportLabeled } from '../../../harness/event-fixture.ts';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { setUpKafka } from '../../../infra/kafka/setup.ts';
import { clusterIdOf } from '../../../platform/kafka/cluster-id.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import { readSecret } from '../../../platform/process/files.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { config as indexerConfig } from '../../../services/indexer/config.ts';
import { start as startIndexer } from '../../../services/indexer/service.ts';
import { config as joinerConfig } from '../../../services/joiner/config.ts';
import { recover, config as recoverConfig } from '../../../services/joiner/recover/recover.ts';
import { start as startJoiner } from '../../../services/joiner/service.ts';
import { caseIdOf, JoinerHarness } from '../../support/joiner-harness.ts';
import { OwnIndices } from '../../support/own-indices.ts';

const { ConfigResourceTypes } = kafkajs;

const PARTITIONS = 1;
const WAIT_MS = 90_000;
const EMPTIED: string[] = [TOPICS.case, TOPICS.reportLabeled, TOPICS.reportReceived];

describe("the joiner's part of a recovery, when topics were emptied", () => {
  let broker: OwnKafka;
  let indices: OwnIndices;
  let folder: string;
  let env: Record<string, string>;
  let running: { service: RunningService; context: ReturnType<typeof testContext> }[] = [];

  before(async () => {
    broker = await ownKafka(PARTITIONS);
    folder = await mkdtemp(join(tmpdir(), 'interleave-recover-'));
    await writeFile(join(folder, 'site-secret'), randomBytes(32), { mode: 0o600 });
    indices = await OwnIndices.create({ kafkaCluster: await clusterIdOf(testKafka(broker.brokers)) });
    env = {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      ...indices.env,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
      INTERLEAVE_DATA_DIR: folder,
      INTERLEAVE_RECOVER_FOLDER: join(folder, 'recover'),
    };
  });
  after(async () => {
    await stopAll();
    await indices.remove();
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  async function startBoth() {
    const joiner = testContext('joiner');
    running.push({ service: await startJoiner(loadConfig(joinerConfig, env), joiner), context: joiner });
    const indexer = testContext('indexer');
    running.push({ service: await startIndexer(loadConfig(indexerConfig, env), indexer), context: indexer });
    return { joiner, indexer };
  }

  async function stopAll() {
    const stopping = running;
    running = [];
    for (const { service, context } of stopping) {
      await service.stop();
      assert.deepEqual(context.failures, []);
    }
  }

  const raw = (text: string) => Buffer.from(`MSH|^~\\&|${text}`);
  const version = (name: string, text: string, effectiveAt: number) =>
    reportLabeled({
      receivedOffset: effectiveAt,
      received: {
        caseId: caseIdOf(name),
        effectiveAt,
        digest: digestOf(raw(text).toString()),
        raw: { sha256: digestOf(raw(text).toString()), size: raw(text).length, mediaType: 'x' },
      },
      reading: { text },
    });

  async function send(name: string, text: string, effectiveAt: number) {
    const harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    await harness.send([{ report: version(name, text, effectiveAt) }]);
    await harness.disconnect();
    await keep(name, text, effectiveAt);
  }

  async function keep(name: string, text: string, receivedAt: number) {
    const store = await openObjectStore(folder);
    await store.put([caseIdOf(name)], raw(text), 'x', { receivedAt, sender: '' });
    await store.close();
  }

  async function found(): Promise<string[]> {
    const index = indices.names.cases;
    await indices.client.indices.refresh({ index });
    const answer = await indices.client.search<{ text: { report: string } }>({ index, size: 100 });
    return answer.hits.hits.map(({ _source }) => _source?.text.report ?? '').sort();
  }

  const showing = (...texts: string[]) =>
    until(
      async () => JSON.stringify(await found()) === JSON.stringify(texts),
      WAIT_MS,
      `${texts} to be found`,
    );

  async function history() {
    const harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    try {
      return (await harness.history()).map(({ offset, key, state }) => ({
        offset,
        key,
        text: state.reports[0]?.latest.reading.text,
      }));
    } finally {
      await harness.disconnect();
    }
  }

  async function decide(correction: CaseCorrection, secret: Buffer) {
    const producer = await EventProducer.connect(
      testKafka(broker.brokers),
      testContext('test').log,
      testContext('test').metrics,
    );
    const value = events.caseCorrection.encode(correction);
    await producer.send(TOPICS.caseCorrection, { key: correctionKey(secret, correction), value });
    await producer.disconnect();
  }

  async function objectsOf(name: string) {
    const store = await openObjectStore(folder);
    return store.objects(caseIdOf(name)).finally(() => store.close());
  }

  const recovering = (more: Record<string, string> = {}) =>
    recover(loadConfig(recoverConfig, { ...env, ...more }), testContext('joiner').log, () => undefined);

  test('the cache gives back what the log lost, under offsets that outrank the index', async () => {
    await startBoth();
    await send('a', 'Small nodule.', 1);
    await send('a', 'Large mass.', 2);
    await send('b', 'Rib fracture.', 3);
    await showing('Large mass.', 'Rib fracture.');
    await stopAll();
    const highest = Math.max(...(await history()).map(({ offset }) => offset));
    await keep('c', 'of which nothing knows', 4);

    await withAdmin(testKafka(broker.brokers), (admin) => admin.deleteTopics({ topics: EMPTIED }));
    const set = { brokers: broker.brokers, partitions: PARTITIONS, replication: 1 };
    await until(
      async () => {
        // Kafka takes a moment until a name is free again.
        const isSetUp = await setUpKafka(set, testContext('test').log).then(
          () => true,
          () => false,
        );
        return isSetUp && (await history()).length === 0;
      },
      WAIT_MS,
      'the emptied topics',
    );
    const { joiner, indexer } = await startBoth();
    for (const { ready } of [joiner, indexer])
      await until(() => ready.describe()['log']?.ok === false, WAIT_MS, 'LOG_WENT_BACK');
    await stopAll();

    const plan = await recovering({ INTERLEAVE_RECOVER_DRY_RUN: 'true' });
    assert.deepEqual([plan.wentBack.length, plan.restored, plan.hl7], [1, 2, 1]);
    assert.deepEqual(await history(), [], 'a dry run writes nothing');

    const done = await recovering();
    assert.deepEqual([done.written, done.restored, done.losses], [2, 2, []]);
    const written = await history();
    assert.deepEqual(written.map(({ text }) => text).sort(), ['Large mass.', 'Rib fracture.']);
    assert.ok(written.every(({ offset }) => offset > highest));
    const list = (await readFile(join(folder, 'recover', 'hl7-gateway.jsonl'), 'utf8')).trim().split('\n');
    assert.deepEqual(
      list.map((line) => JSON.parse(line)),
      [
        {
          caseId: caseIdOf('c'),
          sha256: digestOf(raw('of which nothing knows').toString()),
          receivedAt: 4,
          sender: '',
          receipt: true,
        },
      ],
    );

    await startBoth();
    await send('b', 'Two rib fractures.', 5);
    await showing('Large mass.', 'Two rib fractures.');
    for (const { context } of running) assert.ok(context.ready.ok, JSON.stringify(context.ready.describe()));
    await stopAll();
    const settled = await history();
    const again = await recovering();
    assert.deepEqual([again.wentBack, again.written], [[], 0]);
    assert.deepEqual(await history(), settled, 'a second recovery changes nothing more');
  });

  test('an erasure that was carried out is decided again where its decision is lost', async () => {
    await startBoth();
    await send('d', 'Large cyst.', 6);
    await until(async () => (await found()).includes('Large cyst.'), WAIT_MS, 'the case');
    const secret = await readSecret(join(folder, 'site-secret'));
    const decision = { kind: 'ERASE', caseId: caseIdOf('d'), decidedAt: 7, actor: 'a', reason: 'b' } as const;
    await decide(sealedCorrection(secret, decision), secret);
    await until(async () => (await objectsOf('d')).length === 0, WAIT_MS, 'the bytes to be gone');
    await until(async () => !(await found()).includes('Large cyst.'), WAIT_MS, 'the document to be gone');
    await stopAll();

    const topics = [TOPICS.caseCorrection];
    await withAdmin(testKafka(broker.brokers), (admin) => admin.deleteTopics({ topics }));
    await keep('d', 'Large cyst.', 6); // its sender has repeated it
    const set = { brokers: broker.brokers, partitions: PARTITIONS, replication: 1 };
    const isSetUp = () =>
      setUpKafka(set, testContext('test').log).then(
        () => true,
        () => false,
      );
    await until(isSetUp, WAIT_MS, 'the emptied register');

    assert.deepEqual((await recovering({ INTERLEAVE_RECOVER_DRY_RUN: 'true' })).erasures, [caseIdOf('d')]);
    assert.deepEqual((await recovering()).erasures, [caseIdOf('d')]);
    assert.deepEqual((await recovering()).erasures, [], 'it is decided now');
    await rm(join(folder, 'objects', caseIdOf('d')), { recursive: true });
  });

  test('a case that nobody has any more is read again from its objects, though its events were merged once', async () => {
    const end = Math.max(...(await history()).map(({ offset }) => offset));
    await withAdmin(testKafka(broker.brokers), async (admin) => {
      await admin.fetchTopicOffsets(TOPICS.case); // or kafkajs does not know who leads it
      const configEntries = [{ name: 'cleanup.policy', value: 'compact,delete' }];
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: TOPICS.case, configEntries }],
      });
      await admin.deleteTopicRecords({
        topic: TOPICS.case,
        partitions: [{ partition: 0, offset: String(end + 1) }],
      });
    });
    await rm(join(folder, 'joiner'), { recursive: true });

    const { hl7, wentBack } = await recovering({ INTERLEAVE_RECOVER_DRY_RUN: 'true' });

    assert.deepEqual(wentBack, []);
    assert.equal(hl7, 5, 'two versions of each of two reports, and the one of which nothing knew');
  });
});
