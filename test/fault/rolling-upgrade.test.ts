import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { z } from 'zod';
import type { Case, ImageEmbedded, ReportLabeled, ReportReceived } from '../../core/radiology/events.ts';
import { mergeReport } from '../../core/radiology/merge.ts';
import { imageEmbedded, reportLabeled } from '../../harness/event-fixture.ts';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { testContext } from '../../harness/service-context.ts';
import { until } from '../../harness/until.ts';
import { codec } from '../../platform/avro/codec.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { loadConfig } from '../../platform/process/config.ts';
import type { RunningService, ServiceContext } from '../../platform/process/lifecycle.ts';
import { events } from '../../schemas/events.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { DEAD_LETTER_SERVICES, deadLetterTopic, TOPICS } from '../../schemas/topics.ts';
import { casePartition } from '../../services/joiner/case-partition.ts';
import { config as joinerConfig } from '../../services/joiner/config.ts';
import { PartitionProducer } from '../../services/joiner/partition-producer.ts';
import { start as startJoiner } from '../../services/joiner/service.ts';
import { config as labelerConfig } from '../../services/labeler/config.ts';
import { start as startLabeler } from '../../services/labeler/service.ts';
import { caseIdOf, JoinerHarness } from '../support/joiner-harness.ts';
import { addField, type NewerBuild, newerBuild } from '../support/newer-build.ts';

const PARTITIONS = 2;
/** A field that a newer build adds: nobody of this build knows it. */
const ADDED = addField('ofNextBuild', ['null', 'string'], null);
type Newer<T> = T & { ofNextBuild: string | null };

/**
 * The labeler and the joiner of this build run, with its schemas, while the gateways, the inference and a joiner of newer
 * builds write.
 */
describe('a rolling upgrade', () => {
  let broker: OwnKafka;
  let harness: JoinerHarness;
  let dataDir: string;
  let next: NewerBuild;
  let afterNext: NewerBuild;
  const contexts: ReturnType<typeof testContext>[] = [];
  const running: RunningService[] = [];

  before(async () => {
    broker = await ownKafka(PARTITIONS);
    harness = await JoinerHarness.connect(broker.brokers, PARTITIONS);
    dataDir = await mkdtemp(join(tmpdir(), 'interleave-upgrade-'));
    await writeFile(join(dataDir, 'site-secret'), randomBytes(32));
    const change = { 'report-received': ADDED, 'image-received': ADDED, case: ADDED };
    next = await newerBuild(change, 9_001);
    afterNext = await newerBuild(
      { ...change, 'report-received': addField('ofBuildAfter', 'boolean', false) },
      9_501,
    );
  });
  after(async () => {
    for (const service of running) await service.stop();
    await harness.disconnect();
    await broker.stop();
    for (const { remove } of [next, afterNext]) remove();
    await rm(dataDir, { recursive: true });
  });

  async function run<S extends z.ZodRawShape>(
    name: string,
    shape: S,
    start: (config: Readonly<z.infer<z.ZodObject<S>>>, context: ServiceContext) => Promise<RunningService>,
  ) {
    const context = testContext(name);
    contexts.push(context);
    const settings = loadConfig(shape, {
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_DATA_DIR: dataDir,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
    });
    running.push(await start(settings, context));
    return { schemas: () => context.ready.describe()['schemas']?.detail ?? '', context };
  }

  /** A newer build starts to write. */
  const publish = ({ store }: NewerBuild) => {
    const options = schemaOptions(harness.kafka, { schemaRegistryUrl: '' }, testContext('newer'));
    return Schemas.published({ ...options, store });
  };
  const reportOf = (name: string): ReportLabeled => reportLabeled({ received: { caseId: caseIdOf(name) } });
  const sendReport = (name: string, value: Buffer) =>
    harness.sendRaw(TOPICS.reportReceived, caseIdOf(name), value);
  const sendImage = (name: string, { store }: NewerBuild) => {
    const { received, ...rest } = imageEmbedded({
      received: { caseId: caseIdOf(name), sopInstanceUid: `1.2.3.${name.length}` },
    });
    const event = { ...rest, received: { ...received, ofNextBuild: 'STAT' } };
    return harness.sendRaw(
      TOPICS.imageEmbedded,
      caseIdOf(name),
      codec<ImageEmbedded>('image-embedded', store).encode(event),
    );
  };
  const isJoined = (names: readonly string[], cases: ReadonlyMap<string, Case>) =>
    names.every((name) => {
      const state = cases.get(caseIdOf(name));
      return state?.reports.length === 1 && state.images.length === 1;
    });
  async function assertNothingLost(): Promise<void> {
    for (const service of DEAD_LETTER_SERVICES)
      assert.deepEqual(await harness.read(deadLetterTopic(service), 1), [], service);
    for (const { failures } of contexts) assert.deepEqual(failures, []);
  }

  test('a partition with a case of a newer joiner is taken when its schema can be had, and goes on', async () => {
    const { store } = next;
    const caseId = caseIdOf('taken over');
    const state: Newer<Case> = { ...mergeReport(null, reportOf('taken over')), ofNextBuild: 'STAT' };
    const partition = casePartition(caseId, PARTITIONS);
    const { joinerGroup: groupId } = loadConfig(joinerConfig, {});
    const newerJoiner = await PartitionProducer.fence(harness.kafka, 'newer-joiner', {
      topic: TOPICS.case,
      partition,
      groupId,
    });
    await newerJoiner.commit(new Map([[caseId, codec<Case>('case', store).encode(state)]]), new Map());
    await newerJoiner.disconnect();

    const joiner = await run('joiner', joinerConfig, startJoiner);
    const taken = () => joiner.context.ready.describe()['partitions'];
    await until(() => taken()?.detail.includes('SCHEMA_UNKNOWN') === true, 30_000, 'it is told');
    assert.equal(taken()?.ok, false);
    await publish(next);
    await run('labeler', labelerConfig, (config, context) => startLabeler(config, context));
    await until(() => joiner.context.ready.ok, 60_000, 'the joiner is ready');
    await sendImage('taken over', next);
    await until(async () => isJoined(['taken over'], await harness.cases()), 60_000, 'it is joined');
    await assertNothingLost();
  });

  test('what old and new gateways write beside each other is joined, each once', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `beside ${i}`);
    for (const [i, name] of names.entries()) {
      const { received } = reportOf(name);
      const newer: Newer<ReportReceived> = { ...received, ofNextBuild: 'STAT' };
      const fromNewer = codec<ReportReceived>('report-received', next.store).encode(newer);
      await sendReport(name, i % 2 === 0 ? fromNewer : events.reportReceived.encode(received));
      await sendImage(name, next);
    }
    await until(async () => isJoined(names, await harness.cases()), 60_000, 'all are joined');
    await assertNothingLost();
  });

  test('records whose schema comes late wait, are told, and are then joined', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `late ${i}`);
    const [, labeler] = contexts;
    const missing = () => labeler?.ready.describe()['schemas']?.detail ?? '';
    for (const name of names) {
      const late: ReportReceived & { ofBuildAfter: boolean } = {
        ...reportOf(name).received,
        ofBuildAfter: true,
      };
      await sendReport(name, codec<ReportReceived>('report-received', afterNext.store).encode(late));
      await sendImage(name, next);
    }
    await until(() => missing().includes('waits for schema 9501'), 30_000, 'it is told');
    await until(async () => (await harness.cases()).has(caseIdOf('late 19')), 30_000, 'images go on');
    const reports = [...(await harness.cases()).entries()].filter(([id]) =>
      names.some((name) => caseIdOf(name) === id),
    );
    assert.ok(reports.every(([, { reports: held }]) => held.length === 0));
    await publish(afterNext);
    await until(async () => isJoined(names, await harness.cases()), 60_000, 'all are joined');
    assert.equal(missing(), '');
    await assertNothingLost();
  });
});
