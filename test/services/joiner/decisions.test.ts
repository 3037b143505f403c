import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { correctionKey, sealedCorrection } from '../../../core/radiology/corrections.ts';
import { rejectionKey } from '../../../core/radiology/rejections.ts';
import { caseStanding } from '../../../core/radiology/standing.ts';
import { imageEmbedded, reportLabeled } from '../../../harness/event-fixture.ts';
import { type OwnKafka, ownKafka } from '../../../harness/own-kafka.ts';
import { testContext } from '../../../harness/service-context.ts';
import { until } from '../../../harness/until.ts';
import { withAdmin } from '../../../platform/kafka/topics.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { deadLetterTopic, MAX_RECORD_BYTES, TOPICS } from '../../../schemas/topics.ts';
import { config as shape } from '../../../services/joiner/config.ts';
import { MAX_TRACES_OF_RECORD } from '../../../services/joiner/limits.ts';
import { start } from '../../../services/joiner/service.ts';
import { caseIdOf, JoinerHarness } from '../../support/joiner-harness.ts';
import { JoinerProcess } from '../../support/joiner-process.ts';

const PARTITIONS = 4;
const SECRET = randomBytes(32);
/** Longer than the joiner takes between two looks for foreign records. */
const A_WHILE_MS = 7_000;

describe('what is decided outside of the inputs, on a real broker', () => {
  let broker: OwnKafka;
  let harness: JoinerHarness;
  let dataDir: string;
  let objects: ObjectStore;
  const running = new Set<RunningService>();
  const processes: JoinerProcess[] = [];

  before(async () => {
    broker = await ownKafka(PARTITIONS);
    harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    dataDir = await mkdtemp(join(tmpdir(), 'interleave-decisions-'));
    await writeFile(join(dataDir, 'site-secret'), SECRET);
    objects = await openObjectStore(dataDir);
  });
  afterEach(async () => {
    for (const service of running) await service.stop();
    running.clear();
    for (const one of processes.splice(0)) await one.kill();
  });
  after(async () => {
    await harness?.disconnect();
    await broker?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function startJoiner() {
    const context = testContext('joiner');
    const config = loadConfig(shape, {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_DATA_DIR: dataDir,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
    });
    const service = await start(config, context);
    running.add(service);
    await until(() => context.ready.ok, 30_000, 'readiness');
    const stop = async () => {
      running.delete(service);
      await service.stop();
    };
    const told = async (code: string) => {
      const line = (await context.metrics.text())
        .split('\n')
        .find((one) => one.startsWith('interleave_joiner_foreign_records_total') && one.includes(code));
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    /** records that were dropped because what they hold was erased */
    const dropped = async () =>
      (await context.metrics.text())
        .split('\n')
        .filter((line) => line.startsWith('interleave_joiner_records_erased_total{'))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    return { context, stop, told, dropped };
  }

  const image = (name: string, sopInstanceUid: string) => ({
    image: imageEmbedded({ received: { caseId: caseIdOf(name), sopInstanceUid } }),
  });
  const report = (name: string) => ({ report: reportLabeled({ received: { caseId: caseIdOf(name) } }) });
  /** The last record of a case: its state, null for a tombstone, undefined where there is none. */
  const last = async (name: string) => {
    const records = await harness.read(TOPICS.case);
    const record = records.filter(({ key }) => key === caseIdOf(name)).at(-1);
    return record?.value == null ? record?.value : events.case.decode(record.value);
  };
  const shown = async (name: string) => {
    const state = await last(name);
    return state == null ? null : [...caseStanding(state).shownImages];
  };
  const becomes = (name: string, images: string[]) =>
    until(async () => (await shown(name))?.join() === images.join(), 30_000, `${name}: ${images}`);
  const dropCache = () => rm(join(dataDir, 'joiner'), { recursive: true, force: true });

  test('an image is rejected whenever it comes after its note, in whatever case, with nothing but the register left', async () => {
    await harness.reject(SECRET, '1.2.10');
    const joiner = await startJoiner();
    await harness.send([image('a', '1.2.10'), image('a', '1.2.11'), image('b', '1.2.10'), report('b')]);
    await becomes('a', ['1.2.11']);
    await becomes('b', []);
    assert.equal((await last('b'))?.removals[0]?.by, '1.9.1');
    assert.deepEqual(joiner.context.failures, []);
  });

  test('a note that comes later finds every case that holds the image', async () => {
    const joiner = await startJoiner();
    await harness.send([image('c', '1.2.20'), image('d', '1.2.20'), image('d', '1.2.21')]);
    await becomes('c', ['1.2.20']);
    await becomes('d', ['1.2.20', '1.2.21']);
    await harness.reject(SECRET, '1.2.20');
    await becomes('c', []);
    await becomes('d', ['1.2.21']);
    await harness.send([image('c', '1.2.20')]);
    await harness.reject(SECRET, '1.2.20', '1.9.2');
    await sleep(1_000);
    assert.deepEqual(await shown('c'), [], 'sent again it stays rejected');
    assert.deepEqual(joiner.context.failures, []);
  });

  for (const [how, drop] of [
    ['its cache', async () => undefined],
    ['nothing but the topics', dropCache],
  ] as const)
    test(`a note that came while no joiner ran acts when one starts with ${how}`, async () => {
      const [name, uid] = [`away ${how}`, how === 'its cache' ? '1.2.30' : '1.2.31'];
      const joiner = await startJoiner();
      await harness.send([image(name, uid)]);
      await becomes(name, [uid]);
      await joiner.stop();
      await drop();
      await harness.reject(SECRET, uid);
      await startJoiner();
      await becomes(name, []);
    });

  test('a record of the register that has not been made with the secret rejects nothing', async () => {
    const joiner = await startJoiner();
    await harness.send([image('e', '1.2.40')]);
    await harness.reject(randomBytes(32), '1.2.40');
    await harness.sendRaw(TOPICS.imageRejected, 'key', Buffer.from('no Avro'));
    await harness.sendRaw(TOPICS.imageRejected, 'key', null);
    await harness.reject(SECRET, '1.2.41');
    await harness.send([image('e', '1.2.41'), image('e', '1.2.42')]);
    await becomes('e', ['1.2.40', '1.2.42']);
    assert.deepEqual(joiner.context.failures, []);
  });

  test('an erasure that was decided ends the case, then its bytes; what comes for it later is dropped, and its bytes go', async () => {
    const joiner = await startJoiner();
    const [erased, other] = [caseIdOf('f'), caseIdOf('g')];
    const small = await objects.put(erased, Buffer.from('small'), 'text/plain');
    const large = await objects.put(erased, Buffer.alloc(2 * 1024 * 1024, 1), 'text/plain');
    const kept = await objects.put(other, Buffer.from('small'), 'text/plain');
    await harness.send([image('f', '1.2.50'), image('g', '1.2.50')]);
    await becomes('f', ['1.2.50']);
    await harness.erase(SECRET, erased);
    await until(async () => (await last('f')) === null, 30_000, 'the tombstone');
    await until(async () => !(await objects.has(erased, large.sha256)), 30_000, 'the bytes');
    assert.equal(await objects.has(erased, small.sha256), false);
    assert.equal(await objects.has(other, kept.sha256), true);
    const sentAgain = await objects.put(erased, Buffer.from('sent again'), 'text/plain');
    await harness.send([image('f', '1.2.51'), image('g', '1.2.51')]);
    await becomes('g', ['1.2.50', '1.2.51']);
    await until(async () => (await joiner.dropped()) === 1, 30_000, 'a record that is dropped');
    await until(async () => !(await objects.has(erased, sentAgain.sha256)), 30_000, 'the bytes, again');
    assert.deepEqual(await harness.read(deadLetterTopic('joiner'), 1), []);
    await harness.send([image('g', '1.2.50')]);
    await sleep(1_000);
    assert.deepEqual(await shown('g'), ['1.2.50', '1.2.51'], 'another case keeps what it holds');
    await joiner.stop();
    await dropCache();
    const again = await startJoiner();
    await sleep(1_000);
    assert.equal(await last('f'), null);
    assert.equal(await again.told('CASE_RECORD_FOREIGN'), 0);
  });

  test('what was erased is dropped under whatever case it comes again, also after compaction and a restart', async () => {
    const joiner = await startJoiner();
    const identity = { facility: 'HOSPITAL', fillerNumber: 'ERASED-1' };
    const reportFor = (name: string, fillerNumber: string) => ({
      report: reportLabeled({
        received: { caseId: caseIdOf(name), identity: { ...identity, fillerNumber } },
      }),
    });
    // More than one record of the register holds.
    const uids = Array.from({ length: MAX_TRACES_OF_RECORD + 10 }, (_, n) => `1.2.500.${n}`);
    await harness.send([...uids.map((uid) => image('erased', uid)), reportFor('erased', 'ERASED-1')]);
    await until(async () => (await last('erased'))?.images.length === uids.length, 60_000, 'the images');
    await until(async () => (await last('erased'))?.reports.length === 1, 30_000, 'the report');
    await harness.erase(SECRET, caseIdOf('erased'));
    await until(async () => (await last('erased')) === null, 30_000, 'the tombstone');

    const resend = async (name: string) => {
      const bytes = await objects.put(caseIdOf(name), Buffer.from(`pixels, ${name}`), 'application/dicom');
      const message = await objects.put(caseIdOf(name), Buffer.from('both reports'), 'text/plain');
      const withBytes = imageEmbedded({
        received: { caseId: caseIdOf(name), sopInstanceUid: '1.2.500.0', object: bytes },
      });
      await harness.send([
        reportFor('erased', 'ERASED-1'),
        image('erased', '1.2.500.999'),
        { image: withBytes },
        image(name, `1.2.500.${MAX_TRACES_OF_RECORD + 9}`),
        reportFor(name, 'ERASED-1'),
        // of the same patient
        image(name, '1.2.501.1'),
        reportFor(name, 'NEW-1'),
      ]);
      await becomes(name, ['1.2.501.1']);
      await until(async () => (await last(name))?.reports.length === 1, 30_000, 'the new report');
      const reports = (await last(name))?.reports ?? [];
      assert.deepEqual(
        reports.map(({ latest }) => latest.received.identity.fillerNumber),
        ['NEW-1'],
      );
      assert.equal(await last('erased'), null);
      assert.equal(await objects.has(caseIdOf(name), bytes.sha256), false, 'its bytes are gone');
      assert.equal(await objects.has(caseIdOf(name), message.sha256), true);
    };
    await resend('under another number');
    await until(async () => (await joiner.dropped()) === 5, 30_000, 'five records that are dropped');
    await joiner.stop();

    await compactCorrections();
    await broker.halt();
    await broker.resume();
    await dropCache();
    const next = await startJoiner();
    await resend('after a restart');
    await until(async () => (await next.dropped()) === 5, 30_000, 'five records that are dropped');
    assert.deepEqual(next.context.failures, []);
    assert.deepEqual(joiner.context.failures, []);
  });

  /** Has the broker compact the register: until a record whose key came again is gone. */
  async function compactCorrections(): Promise<void> {
    await withAdmin(harness.kafka, (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: TOPICS.caseCorrection,
            configEntries: [
              { name: 'cleanup.policy', value: 'compact' },
              { name: 'segment.ms', value: '500' },
              { name: 'min.cleanable.dirty.ratio', value: '0.001' },
              { name: 'max.compaction.lag.ms', value: '1000' },
              { name: 'max.message.bytes', value: String(MAX_RECORD_BYTES) },
            ],
          },
        ],
      }),
    );
    const copies = async () =>
      (await harness.read(TOPICS.caseCorrection, 1)).filter(({ key }) => key === 'again').length;
    for (const value of ['one', 'two'])
      await harness.sendRaw(TOPICS.caseCorrection, 'again', Buffer.from(value));
    let filler = 0;
    await until(
      async () => {
        // The newest segment is left alone, so that something has to begin another one.
        await harness.sendRaw(TOPICS.caseCorrection, `filler ${filler++ % 2}`, Buffer.from('x'));
        return (await copies()) === 1;
      },
      180_000,
      'a register that is compacted',
    );
  }

  test('a decision without the seal of the site erases nothing', async () => {
    const joiner = await startJoiner();
    const caseId = caseIdOf('h');
    const object = await objects.put(caseId, Buffer.from('bytes'), 'text/plain');
    await harness.send([image('h', '1.2.60')]);
    await becomes('h', ['1.2.60']);
    const decision = { kind: 'ERASE' as const, caseId, decidedAt: 1, actor: 'x', reason: 'y' };
    const sealed = sealedCorrection(SECRET, decision);
    for (const forged of [
      sealedCorrection(randomBytes(32), decision),
      { ...sealed, caseId: caseIdOf('g'), seal: sealed.seal },
      { ...sealed, seal: '' },
    ])
      await harness.sendRaw(
        TOPICS.caseCorrection,
        correctionKey(SECRET, forged),
        events.caseCorrection.encode(forged),
      );
    await sleep(2_000);
    assert.deepEqual(await shown('h'), ['1.2.60']);
    assert.deepEqual(await shown('g'), ['1.2.50', '1.2.51']);
    assert.equal(await objects.has(caseId, object.sha256), true);
    assert.deepEqual(joiner.context.failures, []);
  });

  test('nothing under the key of a rejection takes it back in a joiner that runs', async () => {
    const joiner = await startJoiner();
    await harness.reject(SECRET, '1.2.65', '1.9.65');
    const rejection = { sopInstanceUid: '1.2.65', noteUid: '1.9.65', titleCode: '', rejectedAt: 0 };
    const key = rejectionKey(SECRET, rejection);
    const other = events.imageRejected.encode({ ...rejection, sopInstanceUid: '1.2.66' });
    for (const value of [null, Buffer.from('garbage'), Buffer.alloc(0), other])
      await harness.sendRaw(TOPICS.imageRejected, key, value);
    await harness.reject(SECRET, '1.2.67', '1.9.65'); // comes after them
    await sleep(2_000);
    await harness.send([image('r', '1.2.65'), image('r', '1.2.66'), image('r', '1.2.67')]);
    await becomes('r', ['1.2.66']);
    assert.deepEqual(joiner.context.failures, []);
  });

  test('a joiner that is killed between the tombstone and the bytes: the next one erases them', async () => {
    const caseId = caseIdOf('killed');
    const object = await objects.put(caseId, Buffer.alloc(2 * 1024 * 1024, 2), 'text/plain');
    const begin = () => {
      const one = new JoinerProcess({
        brokers: broker.brokers,
        partitions: PARTITIONS,
        dataDir,
        instance: '1',
      });
      processes.push(one);
      return one;
    };
    const killed = begin();
    await harness.send([image('killed', '1.2.70')]);
    await until(async () => (await shown('killed'))?.length === 1, 120_000, 'a case of the process');
    await rename(join(dataDir, 'objects'), join(dataDir, 'away'));
    await harness.erase(SECRET, caseId);
    await until(() => killed.said.has('case.not.erased'), 30_000, 'a store that is away');
    assert.equal(await last('killed'), null);
    await killed.kill();
    await rm(join(dataDir, 'objects'), { recursive: true, force: true });
    await rename(join(dataDir, 'away'), join(dataDir, 'objects'));
    assert.equal(await objects.has(caseId, object.sha256), true, 'they are still there');
    begin();
    await until(async () => !(await objects.has(caseId, object.sha256)), 60_000, 'the bytes');
  });

  test('a tombstone or a state that another account wrote is undone while the joiner runs, and no byte goes', async () => {
    const joiner = await startJoiner();
    const object = await objects.put(caseIdOf('i'), Buffer.from('bytes'), 'text/plain');
    await harness.send([image('i', '1.2.80'), image('j', '1.2.81')]);
    await becomes('i', ['1.2.80']);
    await becomes('j', ['1.2.81']);
    await harness.sendRaw(TOPICS.case, caseIdOf('i'), null);
    const other = await last('j');
    assert(other != null);
    await harness.sendRaw(TOPICS.case, caseIdOf('j'), events.case.encode({ ...other, images: [] }));
    await harness.sendRaw(TOPICS.case, caseIdOf('invented'), Buffer.from('no Avro'));
    await becomes('i', ['1.2.80']);
    await becomes('j', ['1.2.81']);
    await until(async () => (await last('invented').catch(() => 'unread')) === null, 30_000, 'its end');
    assert.equal(await joiner.told('CASE_RECORD_FOREIGN'), 3);
    const written = (await harness.read(TOPICS.case)).length;
    await sleep(A_WHILE_MS);
    assert.equal((await harness.read(TOPICS.case)).length, written, 'it is done once');
    assert.equal(await objects.has(caseIdOf('i'), object.sha256), true);
    assert.deepEqual(joiner.context.failures, []);
  });

  test('a foreign record between two of our own is noticed by the next of them', async () => {
    await startJoiner();
    await harness.send([image('k', '1.2.90')]);
    await becomes('k', ['1.2.90']);
    await harness.sendRaw(TOPICS.case, caseIdOf('k'), null);
    await harness.send([report('k')]);
    await until(async () => (await last('k'))?.reports.length === 1, 30_000, 'the report');
    assert.deepEqual(await shown('k'), ['1.2.90']);
  });

  for (const [how, drop] of [
    ['its cache', async () => undefined],
    ['nothing but the topics', dropCache],
  ] as const)
    test(`what another account wrote while no joiner ran is undone by one that starts with ${how}`, async () => {
      const [name, uid] = [`foreign ${how}`, how === 'its cache' ? '1.2.95' : '1.2.96'];
      const first = await startJoiner();
      await harness.send([image(name, uid)]);
      await becomes(name, [uid]);
      await first.stop();
      await drop();
      await harness.sendRaw(TOPICS.case, caseIdOf(name), null);
      const second = await startJoiner();
      await becomes(name, [uid]);
      assert.ok((await second.told('CASE_RECORD_FOREIGN')) >= 1);
      assert.equal(await second.told('CASE_STATE_GONE'), 0);
      await second.stop();
    });

  test('where nothing holds the state any more, that is told, and nothing is erased', async () => {
    const object = await objects.put(caseIdOf('lost'), Buffer.from('bytes'), 'text/plain');
    await harness.sendRaw(TOPICS.case, caseIdOf('lost'), null);
    const joiner = await startJoiner();
    assert.equal(await joiner.told('CASE_STATE_GONE'), 1);
    assert.equal(await objects.has(caseIdOf('lost'), object.sha256), true);
    assert.deepEqual(joiner.context.failures, []);
  });
});
