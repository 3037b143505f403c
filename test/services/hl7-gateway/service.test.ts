import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MllpSender } from '../../../clients/mllp-sender.ts';
import type { ReportReceived } from '../../../core/radiology/events.ts';
import { testContext } from '../../../harness/service-context.ts';
import { testKafka } from '../../../harness/test-kafka.ts';
import { startEngine } from '../../../infra/embedded/engine.ts';
import { prepareEngines } from '../../../infra/embedded/start-engines.ts';
import type { ManagedProcess } from '../../../infra/process/managed-process.ts';
import { createTopics } from '../../../platform/kafka/topics.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { loadConfig } from '../../../platform/process/config.ts';
import type { RunningService } from '../../../platform/process/lifecycle.ts';
import { events } from '../../../schemas/events.ts';
import { TOPIC_SPECS, TOPICS } from '../../../schemas/topics.ts';
import { config } from '../../../services/hl7-gateway/config.ts';
import { start } from '../../../services/hl7-gateway/service.ts';
import { oru, until } from './gateway.ts';

/** A broker for this file alone, because it is stopped in the middle. */
describe('the gateway on a real Kafka', () => {
  let dataDir = '';
  let brokers = '';
  let broker: ManagedProcess;
  let restart: () => Promise<ManagedProcess>;
  let service: RunningService;
  let sender: MllpSender;
  const context = testContext('hl7-gateway');

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'interleave-hl7-'));
    const engines = await prepareEngines({ dataDir: join(dataDir, 'engines') });
    brokers = engines.kafkaBrokers;
    restart = () => startEngine(engines.kafka);
    broker = await restart();
    await createTopics(testKafka([brokers]), TOPIC_SPECS, 2, 1);
    await writeFile(join(dataDir, 'site-secret'), randomBytes(32));
    const settings = loadConfig(config, {
      INTERLEAVE_KAFKA_BROKERS: brokers,
      INTERLEAVE_DATA_DIR: dataDir,
      INTERLEAVE_PARTITIONS: '2',
      INTERLEAVE_HL7_PORT: '0',
    });
    service = await start(settings, context);
    sender = await MllpSender.connect({
      host: '127.0.0.1',
      port: service.port ?? 0,
      timeoutMs: 30_000,
      maxInFlight: 16,
    });
  });

  after(async () => {
    await sender?.close();
    await service?.stop();
    await broker?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('every acknowledged message is on the topic and in the object store', async () => {
    const sent = Array.from({ length: 100 }, (_, n) => oru(`K${n}`, `K${1000 + (n % 40)}`, `Text ${n}`));
    const answers = await Promise.all(sent.map((message) => sender.send(message)));
    assert.ok(answers.every((answer) => answer.code === 'AA'));
    const reports = await readReports(brokers, 100);
    assert.deepEqual(
      reports.map((report) => report.message.controlId).sort(),
      answers.map((answer) => answer.controlId).sort(),
    );
    const store = await openObjectStore(dataDir);
    for (const report of reports) {
      const raw = await store.read(report.caseId, report.raw.sha256);
      assert.deepEqual(raw, sent[Number(report.message.controlId.slice(1))]);
    }
    // One connection, so the events of a case are in the order of its messages.
    for (const id of new Set(reports.map((report) => report.caseId))) {
      const order = reports
        .filter((one) => one.caseId === id)
        .map((one) => Number(one.message.controlId.slice(1)));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
    }
  });

  it('nothing is acknowledged while Kafka is down, and everything can be sent again afterwards', async () => {
    assert.equal(context.ready.ok, true);
    await broker.stop();
    const began = Date.now();
    const down = await Promise.all([0, 1, 2].map((n) => sender.send(oru(`D${n}`, `D${1000 + n}`))));
    assert.deepEqual(
      down.map((answer) => [answer.code, answer.accepted]),
      [0, 1, 2].map(() => ['AR', false]),
    );
    assert.ok(Date.now() - began < 20_000);
    assert.equal(context.ready.ok, false);

    broker = await restart();
    await until(() => context.ready.ok, 30_000);
    const up = await Promise.all([0, 1, 2].map((n) => sender.send(oru(`D${n}`, `D${1000 + n}`))));
    assert.deepEqual(
      up.map((answer) => answer.code),
      ['AA', 'AA', 'AA'],
    );
    const reports = await readReports(brokers, 103);
    assert.ok([0, 1, 2].every((n) => reports.some((report) => report.message.controlId === `D${n}`)));
  });
});

/**
 * Reads at least so many different report events, with a group of its own. One may be on the topic more than once: a batch
 * that one partition of a new topic refuses is sent again whole (at least once, a repeat is harmless).
 */
async function readReports(brokers: string, count: number): Promise<ReportReceived[]> {
  const reports = new Map<string, ReportReceived>();
  const consumer = testKafka([brokers]).consumer({
    groupId: randomUUID(),
  });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPICS.reportReceived, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (message.value === null) return;
      const report = events.reportReceived.decode(message.value);
      if (!reports.has(report.eventId)) reports.set(report.eventId, report);
    },
  });
  await until(() => reports.size >= count, READ_PATIENCE_MS);
  await consumer.disconnect();
  return [...reports.values()];
}

/** A young broker on a busy machine takes its time to make the topic of its groups. */
const READ_PATIENCE_MS = 90_000;
