import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import type { ReportReceived } from '../../core/radiology/events.ts';
import { reportLabeled } from '../../harness/event-fixture.ts';
import { apicurioJar } from '../../harness/peer-folders.ts';
import { PeerProgram } from '../../harness/peer-program.ts';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { until } from '../../harness/until.ts';
import { javaHome } from '../../infra/embedded/java.ts';
import { freePorts } from '../../infra/process/free-port.ts';
import { codec } from '../../platform/avro/codec.ts';
import { SchemaRegistry } from '../../platform/avro/schema-registry.ts';
import { SchemaStore } from '../../platform/avro/schema-store.ts';
import { consume } from '../../platform/kafka/consumer.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { createTopics } from '../../platform/kafka/topics.ts';
import { engines } from '../support/engines.ts';
import { addField, newerBuild } from '../support/newer-build.ts';

const EVENT = 'report-received';
const JAR = apicurioJar();

describe('a schema registry of the site', {
  skip: JAR === null ? 'Apicurio could not be got' : false,
}, () => {
  const registries: PeerProgram[] = [];
  let kafka: Kafka;
  /** one that holds our schemas and nothing else */
  let ours: string;

  before(async () => {
    kafka = testKafka((await engines()).kafkaBrokers);
  });
  after(async () => {
    for (const registry of registries) await registry.stop();
  });

  /** An Apicurio with nothing in it; the address of its API of Confluent's form. */
  async function newRegistry(): Promise<string> {
    const [port = 0] = await freePorts(1);
    const settings = ['-Xmx512m', '-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`];
    const java = join(await javaHome(), 'bin', 'java');
    registries.push(
      await PeerProgram.start(java, [...settings, '-jar', JAR ?? ''], { ready: 'Listening on' }),
    );
    return `http://127.0.0.1:${port}/apis/ccompat/v7`;
  }

  const register = (url: string, body: object) =>
    fetch(`${url}/subjects/other/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify(body),
    });

  test('an empty one takes our schemas under our ids, and all services find them there', async () => {
    ours = await newRegistry();
    const publish = () => new SchemaRegistry(ours, new SchemaStore()).publish();
    assert.equal(await publish(), new SchemaStore().registered().length);
    assert.deepEqual(await Promise.all([publish(), publish(), publish()]), [0, 0, 0]);
    const { id, json } = new SchemaStore().newest(EVENT);
    const answer = (await (await fetch(`${ours}/schemas/ids/${id}`)).json()) as { schema: string };
    assert.deepEqual(JSON.parse(answer.schema), json);
  });

  test('one in which others took our ids stops the start', async () => {
    const url = await newRegistry();
    await register(url, { schema: '{"type":"record","name":"Other","fields":[]}' });
    const options = { kafka, topic: 'unused', registryUrl: url, ...testContext('test') };
    await assert.rejects(Schemas.published(options), { code: 'SCHEMA_CLASH', kind: 'fatal' });
  });

  test('an older build reads what a newer one writes, by its registry', async () => {
    const url = ours;
    const [schemas, topic] = [`test-schemas-${randomUUID()}`, `test-${randomUUID()}`];
    await createTopics(
      kafka,
      [schemas, topic].map((name) => ({ name, keyed: false, config: {} })),
      1,
      1,
    );
    await Schemas.published({ kafka, topic: schemas, registryUrl: url, ...testContext('test') });
    // Apicurio numbers by itself: the newer build's schemas are the next ones.
    const next = Math.max(...new SchemaStore().registered().map(({ id }) => id)) + 1;
    const newer = await newerBuild({ 'report-received': addField('added', 'string', '') }, next);
    const order = newer.store.registered().filter(({ id }) => id >= next);
    assert.equal(order[0]?.event, EVENT);

    const store = new SchemaStore();
    const context = testContext('older');
    const read: string[] = [];
    const consumer = await consume(kafka, {
      ...context,
      groupId: randomUUID(),
      topics: [topic],
      schemas: Schemas.reading({ kafka, topic: schemas, registryUrl: url, store, ...context }),
      async handle(records) {
        for (const { value } of records)
          read.push(codec<ReportReceived>(EVENT, store).decode(value ?? Buffer.alloc(0)).message.controlId);
      },
    });
    const { log, metrics } = testContext('test');
    const producer = await EventProducer.connect(kafka, log, metrics);
    const event = { ...reportLabeled().received, added: 'more' };
    await producer.send(topic, { key: 'a', value: codec<ReportReceived>(EVENT, newer.store).encode(event) });
    await until(() => context.ready.describe()['schemas']?.ok === false, 20_000, 'it waits');
    await Schemas.published({
      kafka,
      topic: schemas,
      registryUrl: url,
      store: newer.store,
      ...testContext('test'),
    });
    await until(() => read.length === 1, 20_000, 'it is read');
    await Promise.all([consumer.stop(), producer.disconnect()]);
    newer.remove();
    assert.deepEqual([read, context.failures], [['C1'], []]);
  });
});
