import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { ReportReceived } from '../../../core/radiology/events.ts';
import { reportLabeled } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { until } from '../../../harness/until.ts';
import { codec } from '../../../platform/avro/codec.ts';
import { givenUpRecord, schemaRecord } from '../../../platform/avro/schema-entry.ts';
import { SchemaStore } from '../../../platform/avro/schema-store.ts';
import { wireHeader } from '../../../platform/avro/wire-format.ts';
import { consume } from '../../../platform/kafka/consumer.ts';
import { SESSION_TIMEOUT_MS } from '../../../platform/kafka/limits.ts';
import { EventProducer } from '../../../platform/kafka/producer.ts';
import { RegisterReader } from '../../../platform/kafka/register-reader.ts';
import { Schemas } from '../../../platform/kafka/schemas.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { engines } from '../../support/engines.ts';
import { addField, type NewerBuild, newerBuild } from '../../support/newer-build.ts';

const EVENT = 'report-received';
const ID = 9001;
const COMPACTED = { 'cleanup.policy': 'compact' };

type Newer = ReportReceived & { added: string };

describe('schemas travel on a topic', () => {
  let kafka: Kafka;
  let producer: EventProducer;
  let newer: NewerBuild;

  before(async () => {
    kafka = testKafka((await engines()).kafkaBrokers);
    const { log, metrics } = testContext('test');
    producer = await EventProducer.connect(kafka, log, metrics);
    newer = await newerBuild({ [EVENT]: addField('added', 'string', 'nothing') }, ID);
  });
  after(async () => {
    newer.remove();
    await producer.disconnect();
  });

  async function newTopic(keyed: boolean, config: Record<string, string> = {}): Promise<string> {
    const name = `test-${randomUUID()}`;
    await createTopics(kafka, [{ name, keyed, config }], 2, 1);
    return name;
  }

  const write = (schemas: string, store: SchemaStore) =>
    Schemas.published({ kafka, topic: schemas, registryUrl: '', store, ...testContext('test') });

  /** An event of the newer build, and one of this one. */
  const newEvent = (controlId: string) =>
    codec<Newer>(EVENT, newer.store).encode({ ...reportOf(controlId), added: 'more' });
  const oldEvent = (controlId: string) => codec<ReportReceived>(EVENT).encode(reportOf(controlId));
  function reportOf(controlId: string): ReportReceived {
    const { received } = reportLabeled();
    return { ...received, message: { ...received.message, controlId } };
  }

  /** Reads a topic as a service of this build does: what it reads, and what it takes for poison. */
  async function older(topic: string, schemas: string) {
    const store = new SchemaStore();
    const { decode } = codec<ReportReceived>(EVENT, store);
    const context = testContext('older');
    const read: string[] = [];
    const poison: number[] = [];
    const consumer = await consume(kafka, {
      ...context,
      groupId: randomUUID(),
      topics: [topic],
      schemas: Schemas.reading({ kafka, topic: schemas, registryUrl: '', store, ...context }),
      async handle(records) {
        for (const { value, offset } of records)
          try {
            read.push(decode(value ?? Buffer.alloc(0)).message.controlId);
          } catch (error) {
            if ((error as { code?: string }).code !== 'EVENT_UNREADABLE') throw error;
            poison.push(offset);
          }
      },
    });
    const detail = () => context.ready.describe()['schemas']?.detail ?? '';
    return { ...context, read, poison, detail, stop: () => consumer.stop() };
  }

  test('a build writes all its schemas, and once', async () => {
    const schemas = await newTopic(false, COMPACTED);
    const { log, metrics, ready } = testContext('test');
    const told: object[] = [];
    const telling = Object.assign(Object.create(log) as typeof log, { info: (of: object) => told.push(of) });
    const open = () =>
      Schemas.published({ kafka, topic: schemas, registryUrl: '', metrics, ready, log: telling });
    await open();
    await open();
    const count = new SchemaStore().registered().length;
    assert.deepEqual(told, [
      { added: count, schemas: count, registry: null },
      { added: 0, schemas: count, registry: null },
    ]);
    await write(schemas, newer.store);
    await open();
    assert.deepEqual(told.at(-1), { added: 0, schemas: count, registry: null });
  });

  test('another schema under an id of ours stops the start; a tombstone of it frees the id', async () => {
    const schemas = await newTopic(false, COMPACTED);
    const { store } = await newerBuild({ [EVENT]: addField('other', 'int', 7) }, ID);
    await write(schemas, newer.store);
    await assert.rejects(write(schemas, store), { code: 'SCHEMA_CLASH', kind: 'fatal', message: /9001/ });
    await producer.send(schemas, { key: '9001', value: null });
    await assert.rejects(write(schemas, store), { code: 'SCHEMA_CLASH', message: /: 900[^1]/ });
  });

  test('two builds that write another schema under one id at the same time do not both start', async () => {
    const schemas = await newTopic(false, COMPACTED);
    const { store } = await newerBuild({ [EVENT]: addField('other', 'int', 7) }, ID);
    const starts = await Promise.allSettled([write(schemas, newer.store), write(schemas, store)]);
    assert.ok(starts.some(({ status }) => status === 'rejected'));
  });

  test('an older build reads what a newer one writes, in order, and nothing is poison', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(true)];
    await write(schemas, new SchemaStore());
    const { read, poison, failures, ready, stop } = await older(topic, schemas);
    await producer.send(topic, { key: 'a', value: oldEvent('1') });
    await until(() => read.length === 1);
    await write(schemas, newer.store);
    await producer.send(topic, { key: 'a', value: newEvent('2') });
    await producer.send(topic, { key: 'a', value: oldEvent('3') });
    await until(() => read.length === 3);
    await stop();
    assert.deepEqual([read, poison, failures, ready.ok], [['1', '2', '3'], [], [], true]);
  });

  test('a record whose schema comes late waits and is read; it is told, and other partitions go on', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(true)];
    const { read, poison, failures, detail, metrics, ready, stop } = await older(topic, schemas);
    const send = (partition: 'a' | 'c', value: Buffer) => producer.send(topic, { key: partition, value });
    await send('a', oldEvent('1'));
    await send('a', newEvent('2'));
    await send('a', oldEvent('3'));
    await until(() => detail() !== '', 10_000, 'it is told');
    assert.match(detail(), new RegExp(`^${topic}/[01] waits for schema 9001$`));
    assert.equal(ready.ok, false);
    assert.match(await metrics.text(), /interleave_schema_waiting_partitions\{topic="[^"]*"[^}]*\} 1/);
    for (const key of ['b', 'c', 'd', 'e', 'f', 'g'] as const)
      await producer.send(topic, { key, value: oldEvent(key) });
    await until(() => read.length >= 2, 10_000, 'the other partition goes on');
    await sleep(SESSION_TIMEOUT_MS + 2_000);
    assert.ok(!read.includes('2') && !read.includes('3'), 'what follows waits too');
    await write(schemas, newer.store);
    await until(() => read.length === 9, 20_000, 'all are read');
    await stop();
    assert.deepEqual(
      read.filter((id) => /\d/.test(id)),
      ['1', '2', '3'],
    );
    assert.deepEqual([poison, failures, detail(), ready.describe()['schemas']?.ok], [[], [], '', true]);
    assert.match(await metrics.text(), /interleave_schema_waiting_partitions\{topic="[^"]*"[^}]*\} 0/);
  });

  test('a partition that waits is waited for again by whoever has it next', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(true)];
    const first = await older(topic, schemas);
    await producer.send(topic, { key: 'a', value: newEvent('1') });
    await until(() => first.detail() !== '', 10_000, 'the first waits');
    await first.stop();
    assert.equal(first.detail(), '');
    const second = await older(topic, schemas);
    await until(() => second.detail() !== '', 10_000, 'the second waits');
    await write(schemas, newer.store);
    await until(() => second.read.length === 1);
    await second.stop();
    assert.deepEqual([first.read, second.read, second.poison], [[], ['1'], []]);
  });

  test('an id that nobody gives waits, visibly, until an operator gives it up: then it is poison', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(true)];
    const { read, poison, detail, stop } = await older(topic, schemas);
    await producer.send(topic, { key: 'a', value: wireHeader(0x7fffffff) });
    await producer.send(topic, { key: 'a', value: oldEvent('1') });
    await until(() => detail().includes('waits for schema 2147483647'), 10_000, 'it is told');
    assert.deepEqual([read, poison], [[], []]);
    await producer.send(schemas, givenUpRecord(0x7fffffff, { actor: 'a', reason: 'forged', at: 1 }));
    await until(() => read.length === 1, 20_000, 'the line goes on');
    await stop();
    assert.deepEqual([read, poison, detail()], [['1'], [0], '']);
  });

  test('what is no schema on the topic is passed over, and what comes behind it is learnt', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(true)];
    const entry = schemaRecord(newer.store.newest(EVENT));
    const text = String(entry.value);
    for (const [key, value] of [
      ['9001', 'no JSON'],
      ['9001', text.replace('added', 'other')],
      ['9002', text],
      ['9001', `${text.slice(0, -1)},"padding":"${' '.repeat(700_000)}"}`],
      ['', text],
    ] as const)
      await producer.send(schemas, { key, value: Buffer.from(value) });
    const { read, detail, stop } = await older(topic, schemas);
    await producer.send(topic, { key: 'a', value: newEvent('1') });
    await until(() => detail().includes('9001'), 10_000, 'it is still missing');
    await producer.send(schemas, entry);
    await until(() => read.length === 1);
    await stop();
  });

  test('a register is not whole before the schema of each record is known', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(false, COMPACTED)];
    const store = new SchemaStore();
    const { decode } = codec<ReportReceived>(EVENT, store);
    const context = testContext('register');
    const read: string[] = [];
    for (const value of [oldEvent('1'), newEvent('2'), oldEvent('3')])
      await producer.send(topic, { key: 'a', value });
    const register = new RegisterReader({
      ...context,
      kafka,
      topic,
      schemas: Schemas.reading({ kafka, topic: schemas, registryUrl: '', store, ...context }),
      apply(records) {
        for (const { value } of records) read.push(decode(value ?? Buffer.alloc(0)).message.controlId);
        return read.length;
      },
    });
    const detail = () => context.ready.describe()['schemas']?.detail ?? '';
    await until(() => detail().includes('9001'), 10_000, 'it is told');
    assert.deepEqual([register.isWhole, read], [false, []]);
    await write(schemas, newer.store);
    await register.whole();
    assert.deepEqual([read, context.failures], [['1', '2', '3'], []]);
    await register.stop();
  });

  test('a reader that is stopped while it waits stops at once', async () => {
    const [schemas, topic] = [await newTopic(false, COMPACTED), await newTopic(false, COMPACTED)];
    const context = testContext('register');
    await producer.send(topic, { key: 'a', value: newEvent('1') });
    const register = new RegisterReader({
      ...context,
      kafka,
      topic,
      schemas: Schemas.reading({
        kafka,
        topic: schemas,
        registryUrl: '',
        store: new SchemaStore(),
        ...context,
      }),
      apply: () => 0,
    });
    await until(() => context.ready.describe()['schemas']?.ok === false, 10_000, 'it waits');
    const startedAt = Date.now();
    await register.stop();
    assert.ok(Date.now() - startedAt < 3_000);
    assert.deepEqual(context.failures, []);
  });
});
