import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, errors } from '@elastic/elasticsearch';
import type { Kafka } from 'kafkajs';
import type { Case } from '../../../core/radiology/events.ts';
import { patientKey } from '../../../core/radiology/patient-key.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { createBuild, deleteBuild } from '../../../infra/elasticsearch/create-indices.ts';
import { forgetGroup } from '../../../infra/kafka/forget-group.ts';
import { generationsFor } from '../../../models/index-generations.ts';
import { clusterIdOf } from '../../../platform/kafka/cluster-id.ts';
import { deadLetterCodec } from '../../../platform/kafka/dead-letter.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { type IndexNames, indexerGroup } from '../../../schemas/index/index-names.ts';
import { physicalIndices, setIndexState } from '../../../schemas/index/physical-indices.ts';
import { deadLetterTopic, TOPIC_SPECS, TOPICS } from '../../../schemas/topics.ts';
import { analysisId } from '../../../services/indexer/analysis-document.ts';
import { bulkWrite } from '../../../services/indexer/bulk-write.ts';
import { config } from '../../../services/indexer/config.ts';
import { start } from '../../../services/indexer/service.ts';
import { caseFixture, FIXTURE_SECRET, PLANTED, sha256, vectorOf } from '../../support/case-fixture.ts';
import { engines } from '../../support/engines.ts';
import { OwnIndices } from '../../support/own-indices.ts';
import { fixtureSecretFile } from '../../support/site-secret.ts';

const PARTITIONS = 8;

describe('the indexer', () => {
  const run = randomUUID().slice(0, 8);
  const topic = `test-${run}-case`;
  const context = testContext('indexer');
  let kafka: Kafka;
  let kafkaCluster = '';
  let indices: OwnIndices;
  let client: Client;
  let names: IndexNames;
  let producer: EventProducer;
  let indexer: RunningService;
  let settings: ReturnType<typeof loadConfig<typeof config>>;

  before(async () => {
    const { kafkaBrokers } = await engines();
    kafka = testKafka(kafkaBrokers);
    const specs = TOPIC_SPECS.flatMap((spec) => {
      if (spec.name === TOPICS.case) return [{ ...spec, name: topic }];
      return [deadLetterTopic('indexer'), TOPICS.schema].includes(spec.name) ? [spec] : [];
    });
    await createTopics(kafka, specs, PARTITIONS, 1);
    kafkaCluster = await clusterIdOf(kafka);
    indices = await OwnIndices.create({ run, kafkaCluster });
    ({ client, names } = indices);
    producer = await EventProducer.connect(kafka, context.log, context.metrics);
    settings = loadConfig(config, {
      INTERLEAVE_KAFKA_BROKERS: kafkaBrokers.join(','),
      ...indices.env,
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
      INTERLEAVE_SITE_SECRET_FILE: fixtureSecretFile(),
    });
    indexer = await start(settings, context, topic);
  });

  after(async () => {
    await indexer?.stop();
    await producer?.disconnect();
    await indices.remove();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  function caseOf(name: string, text: string): Case {
    return caseFixture({ caseId: idOf(name), accession: name, reports: [text] });
  }

  function idOf(name: string): string {
    return sha256(`${run} ${name}`).slice(0, 32);
  }

  function send(theCase: Case): Promise<void> {
    return producer.send(topic, { key: theCase.caseId, value: events.case.encode(theCase) });
  }

  async function textOf(id: string): Promise<string | null> {
    try {
      const { _source } = await client.get<{ text: { report: string } }>({ index: names.cases, id });
      return _source?.text.report ?? '';
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === 404) return null;
      throw error;
    }
  }

  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(await holds())) {
      assert.deepEqual(context.failures, []);
      assert.ok(Date.now() < deadline, `not in time: ${what}`);
      await sleep(50);
    }
  }

  it('writes the newest version of each case into both views', async () => {
    const texts = ['FINDINGS: Mass.', 'FINDINGS: Nodule.', 'FINDINGS: Small nodule.'];
    for (const text of texts) await send(caseOf('newest', text));
    const id = idOf('newest');
    await until(async () => (await textOf(id)) === texts[2], 'third version');
    const analysis = await client.get<{ findings: { present: string[] } }>({
      index: names.analysis,
      id: analysisId(id),
    });
    assert.deepEqual(analysis._source?.findings.present, ['nodule']);
    const clinical = await client.get({ index: names.cases, id });
    assert.equal(analysis._version, clinical._version);
  });

  it('never lets a late write replace a newer one, nor a late tombstone delete it', async () => {
    await send(caseOf('late', 'FINDINGS: Edema.'));
    const id = idOf('late');
    await until(async () => (await textOf(id)) !== null, 'the case');
    const { _version: version = 0 } = await client.get({ index: names.cases, id });
    const item = { index: names.cases, id };
    const later = { ...item, version: version + 10, document: { ...(await documentOf(id)), title: 'later' } };
    const [first] = await bulkWrite(client, [later]);
    const [late] = await bulkWrite(client, [
      { ...later, version: version + 9, document: await documentOf(id) },
    ]);
    const [tombstone] = await bulkWrite(client, [{ ...item, version: version + 9, document: null }]);
    const [again] = await bulkWrite(client, [later]);
    assert.deepEqual(
      [first, late, tombstone, again].map((result) => result?.outcome),
      ['written', 'stale', 'stale', 'written'],
    );
    // Deleted, the version stays known: an older write does not bring it back.
    const [deleted] = await bulkWrite(client, [{ ...item, version: version + 11, document: null }]);
    const [ghost] = await bulkWrite(client, [later]);
    assert.deepEqual([deleted?.outcome, ghost?.outcome], ['deleted', 'stale']);
  });

  async function documentOf(id: string): Promise<Record<string, unknown>> {
    return (await client.get<Record<string, unknown>>({ index: names.cases, id }))._source ?? {};
  }

  it('deletes a case from both views when its tombstone comes', async () => {
    await send(caseOf('gone', 'FINDINGS: Fracture.'));
    const id = idOf('gone');
    await until(async () => (await textOf(id)) !== null, 'the case');
    const raw = kafka.producer();
    await raw.connect();
    await raw.send({ topic, messages: [{ key: id, value: null }] });
    await raw.disconnect();
    await until(async () => (await textOf(id)) === null, 'its deletion');
    await assert.rejects(client.get({ index: names.analysis, id: analysisId(id) }), { statusCode: 404 });
  });

  it('puts what it cannot read, and what Elasticsearch refuses, aside and goes on', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const before = await admin.fetchTopicOffsets(deadLetterTopic('indexer'));
    await admin.disconnect();

    const unreadable = idOf('unreadable');
    await producer.send(topic, { key: unreadable, value: Buffer.from('no Avro at all') });
    // Elasticsearch refuses a whole request for one such id.
    await producer.send(topic, {
      key: 'x'.repeat(600),
      value: events.case.encode(caseOf('strange', 'Edema.')),
    });
    await producer.send(topic, { key: '', value: null });
    const refused = caseFixture({ caseId: idOf('refused'), images: [{}] });
    for (const image of refused.images) image.problem = 'X'.repeat(40_000);
    await send(refused);
    // Same partitions or not, a case sent afterwards arrives.
    for (let n = 0; n < 20; n++) await send(caseOf(`after ${n}`, 'FINDINGS: Edema.'));
    for (let n = 0; n < 20; n++)
      await until(async () => (await textOf(idOf(`after ${n}`))) !== null, `after ${n}`);

    const letters = await readDeadLetters(Number(before[0]?.offset ?? 0), [unreadable, refused.caseId]);
    assert.equal(letters.get(unreadable), 'EVENT_UNREADABLE');
    assert.equal(letters.get(refused.caseId), 'DOCUMENT_REJECTED');
  });

  async function readDeadLetters(from: number, caseIds: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const consumer = kafka.consumer({ groupId: `test-${run}-dead-letters` });
    await consumer.connect();
    await consumer.subscribe({ topic: deadLetterTopic('indexer'), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => {
        if (message.value === null || Number(message.offset) < from) return;
        const letter = deadLetterCodec.decode(message.value);
        if (caseIds.includes(letter.caseId)) found.set(letter.caseId, letter.code);
      },
    });
    await until(async () => found.size === caseIds.length, 'dead letters');
    await consumer.disconnect();
    return found;
  }

  it('gives the analysts nothing that names anybody', async () => {
    const theCase = caseFixture({
      caseId: idOf('planted'),
      reports: [
        {
          text: `FINDINGS: Edema. Discussed with ${PLANTED.givenName} ${PLANTED.familyName}, ${PLANTED.identifier}.`,
          vector: vectorOf('edema', 512),
        },
      ],
      images: [
        {
          vector: vectorOf('one', 1280),
          change: { bodyPart: 'Arm of Zwanzigermann', studyDescription: PLANTED.familyName },
        },
      ],
    });
    await send(theCase);
    await until(async () => (await textOf(theCase.caseId)) !== null, 'the case');
    await client.indices.refresh({ index: names.analysis });
    const all = await client.search({ index: names.analysis, size: 1000 });
    const text = JSON.stringify(all.hits.hits);
    assert.ok(text.includes(analysisId(theCase.caseId)));
    for (const planted of Object.values(PLANTED)) assert.ok(!text.includes(planted), `holds ${planted}`);
    assert.ok(!text.includes(theCase.caseId), 'holds the id of the clinical view');
    assert.ok(!text.includes('2024-05-17') && !text.includes('Zwanzigermann'));
    assert.ok(text.includes('"study_month":"2024-05"'));
  });

  it('finds the cases of a patient by a keyed hash, which the analysts do not see', async () => {
    const patient = { issuer: 'HOSP', identifier: `MRN of ${run}` };
    const key = patientKey(FIXTURE_SECRET, patient) ?? '';
    const ids = ['prior', 'current'].map(idOf);
    for (const caseId of ids) await send(caseFixture({ caseId, reports: ['FINDINGS: Edema.'], patient }));
    const found = async (index: string) => {
      await client.indices.refresh({ index });
      const { hits } = await client.search({ index, query: { term: { patient_key: key } } });
      return hits.hits.map(({ _id }) => _id).sort();
    };
    await until(async () => (await found(names.cases)).length === ids.length, 'both cases');
    assert.deepEqual(await found(names.cases), [...ids].sort());
    assert.deepEqual(await found(names.analysis), []);
  });

  it('fills a build that appears beside, from the beginning, and lets go of one that is dropped', async () => {
    const generations = generationsFor({ image: { generation: 2 } });
    const made = { generations, kafkaCluster, state: 'building', live: false } as const;
    const second = await createBuild(client, context.log, names, made);
    await until(
      () => client.exists({ index: second.cases, id: idOf('newest') }),
      'the case in the new index',
    );
    assert.deepEqual(Object.keys(await client.indices.getAlias({ name: names.casesAlias })), [names.cases]);
    await send(caseOf('both', 'FINDINGS: Edema.'));
    for (const index of [names.cases, second.cases])
      await until(() => client.exists({ index, id: idOf('both') }), `a new case in ${index}`);
    assert.ok(context.ready.ok);

    const [build] = (await physicalIndices(client, names)).filter((one) => one.names.cases === second.cases);
    assert.ok(build !== undefined);
    await setIndexState(client, build, 'dropping');
    await forgetGroup(settings.kafkaBrokers, indexerGroup(second.cases), context.log);
    await deleteBuild(client, context.log, second);
    await send(caseOf('alone', 'FINDINGS: Edema.'));
    await until(() => client.exists({ index: names.cases, id: idOf('alone') }), 'a case after the drop');
    assert.equal(await client.indices.exists({ index: second.cases }), false);
    assert.deepEqual(context.failures, []);
  });

  it('refuses to start on an index that was filled from another Kafka', async () => {
    const { mappings } = (await client.indices.getMapping({ index: names.cases }))[names.cases] ?? {};
    const lost = { ...mappings?._meta, kafka_cluster: 'a cluster whose data were lost' };
    await client.indices.putMapping({ index: names.cases, _meta: lost });
    await assert.rejects(start(settings, testContext('indexer'), topic), {
      code: 'INDEX_OF_OTHER_KAFKA',
      message: /a cluster whose data were lost.*up --rebuild-index/,
    });
    await client.indices.putMapping({ index: names.cases, _meta: mappings?._meta ?? {} });
  });

  it('refuses to start where nothing is searched', async () => {
    const nowhere = { ...settings, casesAlias: `${names.casesAlias}-none` };
    await assert.rejects(start(nowhere, testContext('indexer'), topic), { code: 'INDEX_MISMATCH' });
  });
});
