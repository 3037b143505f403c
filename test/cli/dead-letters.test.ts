/** `interleave dead-letters` on a real Kafka and a real folder. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Kafka } from 'kafkajs';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { deadLetterCodec, deadLetterObject, UNKNOWN_CASE } from '../../platform/kafka/dead-letter.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { createTopics } from '../../platform/kafka/topics.ts';
import { openObjectStore } from '../../platform/object-store/open.ts';
import { QUARANTINE, Quarantine } from '../../platform/object-store/quarantine.ts';
import { deadLetterTopic, TOPIC_SPECS } from '../../schemas/topics.ts';
import { runCli } from '../support/cli.ts';
import { engines } from '../support/engines.ts';

const message = Buffer.concat([
  Buffer.from('MSH|^~\\&|RIS|CITY|||20260301||ADT^A01|C1|P|2.5.1\r'),
  randomBytes(8),
]);
let dataDir = '';
let sha256 = '';
let env: Record<string, string> = {};
/** of a record that no consumer could read */
const record = randomBytes(64);
let recordOffset = '';

before(async () => {
  const { kafkaBrokers } = await engines();
  dataDir = await mkdtemp(join(tmpdir(), 'interleave-dead-letters-'));
  env = { INTERLEAVE_KAFKA_BROKERS: kafkaBrokers.join(',') };
  const { log, metrics } = testContext('test');
  const kafka = testKafka(kafkaBrokers);
  const topics = ['hl7-gateway', 'joiner'].map(deadLetterTopic);
  const specs = TOPIC_SPECS.filter(({ name }) => topics.includes(name));
  await createTopics(kafka, specs, 1, 1);
  const store = await openObjectStore(dataDir);
  const object = await store.put(UNKNOWN_CASE, message, 'application/hl7-v2+er7');
  await store.close();
  sha256 = object.sha256;
  const producer = await EventProducer.connect(kafka, log, metrics);
  await deadLetterObject(producer, 'hl7-gateway', 'HL7_TYPE_UNSUPPORTED', object);
  await producer.disconnect();
  recordOffset = await writeInTransaction(kafka);
});
after(() => rm(dataDir, { recursive: true, force: true }));

/** As the joiner does: behind it stands the mark of the transaction, which is no record. */
async function writeInTransaction(kafka: Kafka): Promise<string> {
  const producer = kafka.producer({
    transactionalId: `test-${randomUUID()}`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  const letter = { service: 'joiner', code: 'EVENT_UNREADABLE', caseId: UNKNOWN_CASE, object: null };
  const from = { topic: 'radiology.report.received', partition: 3, offset: 1234, receivedAt: Date.now() };
  const value = deadLetterCodec.encode({ ...letter, ...from, value: record });
  const [sent] = await transaction.send({
    topic: deadLetterTopic('joiner'),
    messages: [{ key: UNKNOWN_CASE, value }],
  });
  await transaction.commit();
  await producer.disconnect();
  return sent?.baseOffset ?? '';
}

const run = (...args: string[]) => runCli(['dead-letters', ...args, '--data-dir', dataDir], env);

test('list shows id, code and where the bytes are, and nothing of the message', async () => {
  const { code, stdout, stderr } = await run('list', 'hl7-gateway', '--last', '100');
  assert.equal(code, 0, stderr);
  const line = stdout.split('\n').find((one) => one.includes(sha256)) ?? '';
  assert.match(
    line,
    new RegExp(
      `^hl7-gateway/\\d+  20\\S+Z  HL7_TYPE_UNSUPPORTED  ${message.length} bytes  unknown/${sha256}$`,
    ),
  );
  assert.ok(!stdout.includes('CITY'));
});

test('save gives the bytes back by the id and by the name that the log of a gateway has', async () => {
  const { letters } = JSON.parse((await run('list', 'hl7-gateway', '--json', '--last', '100')).stdout);
  const { id } = letters.find(({ object }: { object: string }) => object === `unknown/${sha256}`);
  for (const [n, name] of [id, `unknown/${sha256}`].entries()) {
    const file = join(dataDir, `${n}.hl7`);
    const { code, stdout, stderr } = await run('save', name, file);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${message.length} bytes are in ${file}\n`);
    assert.deepEqual(await readFile(file), message);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  }
});

test('list shows what the disk does not give back, too', async () => {
  const one = {
    sha256,
    caseIds: ['case1', 'case2'],
    segment: 'segment1',
    at: 7,
    length: 99,
    why: 'EIO',
    last: false,
  };
  const segment = join(dataDir, 'objects', '.journal', one.segment);
  await writeFile(segment, 'what is left');
  await new Quarantine(join(dataDir, 'objects', QUARANTINE)).take(segment, [one]);
  const { code, stdout, stderr } = await run('list', '--last', '1');
  assert.equal(code, 0, stderr);
  const names = `case1/${sha256}  case2/${sha256}`;
  assert.ok(stdout.includes(`object-store  OBJECT_DAMAGED  99 bytes  ${names}  segment1 7 EIO\n`), stdout);
  assert.deepEqual(JSON.parse((await run('list', '--json')).stdout).damaged, [one]);
  assert.ok(!(await run('list', 'hl7-gateway')).stdout.includes('OBJECT_DAMAGED'));
});

test('a record that ended with a transaction is listed by where it stood, and saved', async () => {
  const { letters } = JSON.parse((await run('list', '--json')).stdout);
  const id = `joiner/${recordOffset}`;
  const letter = letters.find((one: { id: string }) => one.id === id);
  const { receivedAt: _at, ...shown } = letter;
  assert.deepEqual(shown, {
    id,
    code: 'EVENT_UNREADABLE',
    object: null,
    bytes: record.length,
    record: 'radiology.report.received/3/1234',
  });
  const file = join(dataDir, 'record.avro');
  assert.equal((await run('save', id, file)).code, 0);
  assert.deepEqual(await readFile(file), record);
});

test('what is not there, and a file that is, are told', async () => {
  const file = join(dataDir, 'there');
  await writeFile(file, 'x');
  const cases: [string[], number, RegExp][] = [
    [['save', `unknown/${'0'.repeat(64)}`, join(dataDir, 'new')], 1, /OBJECT_MISSING/],
    [['save', 'hl7-gateway/999999999', join(dataDir, 'new')], 1, /no dead letter hl7-gateway\/999999999/],
    [['save', `unknown/${sha256}`, file], 1, /FILE_UNWRITABLE/],
    [['save', `../${sha256}`, file], 1, /OBJECT_MISSING/],
    [['save', 'hl7-gateway', file], 2, /SERVICE\/NUMBER or CASE\/SHA256/],
    [['list', 'nobody'], 2, /dead-letters --help/],
    [[], 2, /dead-letters --help/],
  ];
  for (const [args, code, words] of cases) {
    const told = await run(...args);
    assert.equal(told.code, code, args.join(' '));
    assert.match(told.stderr, words);
  }
  assert.equal(await readFile(file, 'utf8'), 'x');
});
