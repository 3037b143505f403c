import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { SchemaStore } from '../../platform/avro/schema-store.ts';
import { Schemas } from '../../platform/kafka/schemas.ts';
import { schemaOptions } from '../../schemas/schema-options.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { runCli } from '../support/cli.ts';
import { addField, addSymbol, newerBuild } from '../support/newer-build.ts';

describe('interleave schemas', () => {
  let broker: OwnKafka;

  before(async () => {
    broker = await ownKafka(1);
  });
  after(() => broker.stop());

  const cli = (...args: string[]) =>
    runCli(['schemas', ...args], { INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(',') });
  const options = () =>
    schemaOptions(testKafka(broker.brokers), { schemaRegistryUrl: '' }, testContext('test'));
  async function list(): Promise<Map<number, string>> {
    const { stdout, stderr, code } = await cli('list', '--json');
    assert.equal(code, 0, stderr);
    const { schemas } = JSON.parse(stdout) as { schemas: { id: number; state: string }[] };
    return new Map(schemas.map(({ id, state }) => [id, state]));
  }

  test('lists what stands on the topic, and what this build makes of it', async () => {
    const newer = await newerBuild({ 'dead-letter': addField('added', 'int', 0) }, 9_001);
    const tooNew = await newerBuild({ 'image-received': addSymbol('ObjectKind', 'VIDEO') }, 9_501);
    for (const { store } of [newer, tooNew]) await Schemas.published({ ...options(), store });
    for (const { remove } of [newer, tooNew]) remove();
    const states = await list();
    for (const { id } of new SchemaStore().registered()) assert.equal(states.get(id), 'of this build');
    assert.deepEqual([states.get(9_001), states.get(9_501)], ['learnt', 'too new for this build']);
  });

  test('publishes the schemas of this build, again and again', async () => {
    const count = new SchemaStore().registered().length;
    const { code, stdout } = await cli('publish', '--json');
    assert.deepEqual([code, JSON.parse(stdout)], [0, { schemas: count }]);
  });

  test('gives up an id that nobody gives, with who and why; no schema that can be had', async () => {
    const { id } = new SchemaStore().newest('case');
    for (const had of [id, 9_001, 9_501])
      assert.equal((await cli('give-up', String(had), '--reason', 'r', '--yes')).code, 2, `${had}`);
    const reader = Schemas.reading({ ...options(), store: new SchemaStore() });
    await assert.rejects(reader.ask(77_777), { code: 'SCHEMA_UNKNOWN' });
    const given = await cli('give-up', '77777', '--reason', 'forged', '--actor', 'op', '--yes', '--json');
    assert.equal(given.code, 0, given.stderr);
    assert.equal((JSON.parse(given.stdout) as { actor: string }).actor, 'op');
    await reader.ask(77_777);
    assert.equal((await list()).get(77_777), 'given up by op: forged');
  });

  test('what it does not understand is refused, and nothing is written', async () => {
    for (const args of [
      [],
      ['give-up', '5'],
      ['give-up', '88888', '--reason', 'r'],
      ['give-up', '88888', '--yes'],
      ['give-up', '0', '--reason', 'r', '--yes'],
      ['give-up', '4294967295', '--reason', 'r', '--yes'],
      ['list', 'more'],
    ])
      assert.equal((await cli(...args)).code, 2, args.join(' '));
    assert.ok(!(await list()).has(88_888), TOPICS.schema);
  });
});
