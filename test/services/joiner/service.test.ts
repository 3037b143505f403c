import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { MAX_CASE_REPORTS } from '../../../core/radiology/limits.ts';
import { digestOf, imageEmbedded, reportLabeled, selection } from '../../../harness/event-fixture.ts';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testContext } from '../../../harness/service-context.ts';
import { until } from '../../../harness/until.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { deadLetterTopic, TOPICS } from '../../../schemas/topics.ts';
import { config as shape } from '../../../services/joiner/config.ts';
import { start } from '../../../services/joiner/service.ts';
import { caseIdOf, JoinerHarness } from '../../support/joiner-harness.ts';

const PARTITIONS = 4;
const SECRET = randomBytes(32);

describe('the joiner on a real broker', () => {
  let broker: OwnKafka;
  let harness: JoinerHarness;
  let dataDir: string;
  const running = new Set<RunningService>();

  before(async () => {
    broker = await ownKafka(PARTITIONS);
    harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    dataDir = await mkdtemp(join(tmpdir(), 'interleave-joiner-'));
    await writeFile(join(dataDir, 'site-secret'), SECRET);
  });
  after(async () => {
    for (const service of running) await service.stop();
    await harness?.disconnect();
    await broker?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function startJoiner(instance = '1') {
    const context = testContext('joiner');
    const config = loadConfig(shape, {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_DATA_DIR: dataDir,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
      INTERLEAVE_JOINER_INSTANCE: instance,
    });
    const service = await start(config, context);
    running.add(service);
    const stop = async () => {
      running.delete(service);
      await service.stop();
    };
    const metric = async (name: string) => {
      const line = (await context.metrics.text()).split('\n').find((one) => one.startsWith(`${name}{`));
      return Number(line?.split(' ').at(-1));
    };
    return { context, stop, metric, ready: () => until(() => context.ready.ok, 30_000, 'readiness') };
  }

  const report = (name: string, more = {}) =>
    reportLabeled({ received: { caseId: caseIdOf(name), ...more } });
  const image = (name: string, uid: string) =>
    imageEmbedded({ received: { caseId: caseIdOf(name), sopInstanceUid: uid } });
  const joined = (name: string, images: number) =>
    until(
      async () => {
        const state = (await harness.cases()).get(caseIdOf(name));
        return state?.reports.length === 1 && state.images.length === images;
      },
      30_000,
      `case ${name}`,
    );

  test('report and images of a case meet, whichever comes first, and repeats write nothing', async () => {
    await harness.send([{ report: report('a') }, { image: image('b', '1') }]);
    const joiner = await startJoiner();
    await joiner.ready();
    await harness.send([
      { image: image('a', '1') },
      { image: selection('9', '113000', ['1'], { caseId: caseIdOf('a') }) },
      { report: report('b') },
    ]);
    await joined('a', 2);
    await joined('b', 1);
    const written = (await harness.history()).length;
    await harness.send([{ report: report('a') }, { image: image('a', '1') }, { report: report('c') }]);
    await harness.send([{ image: image('c', '1') }]);
    await joined('c', 1);
    assert.ok((await harness.history()).length <= written + 2);
    assert.deepEqual(joiner.context.failures, []);
    await joiner.stop();
  });

  test('a state goes on the partition of its inputs, keyed by its case', async () => {
    const inputs = await harness.read(TOPICS.reportLabeled);
    for (const { key, partition, state } of await harness.history()) {
      assert.equal(state.caseId, key);
      assert.equal(inputs.find((input) => input.key === key)?.partition, partition);
    }
  });

  test('what cannot be read becomes a dead letter, and the records behind it go on', async () => {
    const joiner = await startJoiner();
    const key = caseIdOf('d');
    await harness.sendRaw(TOPICS.reportLabeled, key, Buffer.from('no Avro'));
    await harness.sendRaw(TOPICS.reportLabeled, key, null);
    await harness.sendRaw(TOPICS.imageEmbedded, key, events.imageEmbedded.encode(image('another case', '1')));
    const large = { studyInstanceUid: '1'.repeat(5_000), sopInstanceUid: '7' };
    await harness.send([{ image: imageEmbedded({ received: { caseId: key, ...large } }) }]);
    await harness.send([{ report: report('d') }, { image: image('d', '1') }]);
    await joined('d', 1);
    const letters = (await harness.read(deadLetterTopic('joiner'), 1)).map(({ value }) =>
      events.deadLetter.decode(value ?? Buffer.alloc(0)),
    );
    assert.deepEqual(letters.map(({ code }) => code).sort(), [
      'CASE_TOO_LARGE',
      'EVENT_UNREADABLE',
      'EVENT_UNREADABLE',
      'EVENT_UNREADABLE',
    ]);
    assert.ok(letters.some(({ value }) => value?.toString() === 'no Avro'));
    assert.deepEqual(joiner.context.failures, []);
    await joiner.stop();
  });

  test('a report that had to make room in its case is a dead letter, before its case is without it', async () => {
    const joiner = await startJoiner();
    const numbered = (fillerNumber: string) =>
      report('full', { identity: { facility: 'HOSPITAL', fillerNumber }, digest: digestOf(fillerNumber) });
    await harness.send([{ report: numbered('REAL') }]);
    const junk = Array.from({ length: MAX_CASE_REPORTS }, (_, i) => ({ report: numbered(`A${i}`) }));
    await harness.send([...junk, { report: numbered('ZZZ') }]);
    const left = async () =>
      (await harness.read(deadLetterTopic('joiner'), 1))
        .map(({ value }) => events.deadLetter.decode(value ?? Buffer.alloc(0)))
        .filter(({ code, caseId }) => code === 'CASE_FULL' && caseId === caseIdOf('full'))
        .map(({ value }) => events.reportLabeled.decode(value ?? Buffer.alloc(0)));
    await until(async () => (await left()).length >= 2, 30_000, 'dead letters');
    assert.deepEqual((await left()).map(({ received }) => received.identity.fillerNumber).sort(), [
      'REAL',
      'ZZZ',
    ]);
    // The dead letters are there before the case is.
    const state = async () => (await harness.cases()).get(caseIdOf('full'));
    await until(async () => (await state())?.overflow === true, 30_000, 'the case');
    assert.equal((await state())?.reports.length, MAX_CASE_REPORTS);
    assert.deepEqual(joiner.context.failures, []);
    await joiner.stop();
  });

  test('the cache is only a cache: deleted, the states come back from the topic', async () => {
    await rm(join(dataDir, 'joiner'), { recursive: true, force: true });
    const joiner = await startJoiner();
    await joiner.ready();
    assert.ok((await joiner.metric('interleave_joiner_records_restored_total')) >= 4);
    await harness.send([{ image: image('a', '2') }]);
    await joined('a', 3);
    await joiner.stop();

    const again = await startJoiner();
    await again.ready();
    assert.equal(
      await again.metric('interleave_joiner_records_restored_total'),
      0,
      'the cache was up to date',
    );
    await again.stop();
  });

  test('two members share the partitions, and one takes over from the other', async () => {
    const one = await startJoiner('1');
    await one.ready();
    const two = await startJoiner('2');
    await until(
      async () =>
        one.context.ready.ok &&
        two.context.ready.ok &&
        (await one.metric('interleave_joiner_partitions_owned')) === PARTITIONS / 2 &&
        (await two.metric('interleave_joiner_partitions_owned')) === PARTITIONS / 2,
      60_000,
      'an even share',
    );
    const names = Array.from({ length: 24 }, (_, i) => `shared ${i}`);
    await harness.send(names.map((name) => ({ report: report(name), image: image(name, '1') })));
    for (const name of names) await joined(name, 1);
    await one.stop();
    await harness.send(names.map((name) => ({ image: image(name, '2') })));
    for (const name of names) await joined(name, 2);
    assert.equal(await two.metric('interleave_joiner_partitions_owned'), PARTITIONS);
    assert.deepEqual([...one.context.failures, ...two.context.failures], []);
    await two.stop();
  });

  test('one folder serves one process', async () => {
    const one = await startJoiner('1');
    await assert.rejects(startJoiner('1'), { code: 'ALREADY_RUNNING' });
    await one.stop();
  });

  test('a case that cannot be read ends the joiner, which names it; a tombstone after it is the way out', async () => {
    const key = caseIdOf('broken');
    await harness.sendRaw(TOPICS.case, key, Buffer.from('no Avro'));
    const joiner = await startJoiner();
    await harness.send([{ report: report('broken') }]);
    await until(() => joiner.context.failures.length > 0, 30_000, 'the end of the joiner');
    const [failure] = joiner.context.failures;
    assert.ok(failure instanceof InterleaveError);
    assert.equal(failure.code, 'CASE_UNREADABLE');
    assert.match(failure.message, new RegExp(`Case ${key} of partition \\d`));
    await joiner.stop();
    const ofCase = async () => (await harness.read(TOPICS.case)).filter((record) => record.key === key);
    assert.equal((await ofCase()).length, 1, 'nothing was written over it');

    await harness.sendRaw(TOPICS.case, key, null);
    const again = await startJoiner();
    await until(async () => (await ofCase()).length === 3, 30_000, 'the case, begun anew');
    const { value } = (await ofCase()).at(-1) ?? {};
    assert.equal(events.case.decode(value ?? Buffer.alloc(0)).reports.length, 1);
    assert.deepEqual(again.context.failures, []);
    await again.stop();
  });
});
