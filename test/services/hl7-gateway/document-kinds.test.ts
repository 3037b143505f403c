import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MllpSender } from '../../../clients/mllp-sender.ts';
import type { ReportReceived } from '../../../core/radiology/events.ts';
import { readReport } from '../../../core/text/reading.ts';
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
import { buildPdf } from './build-pdf.ts';
import { oru } from './gateway.ts';

const SAID = 'There is no\npneumothorax.\nSmall left effusion <5 mm.';
const RTF = String.raw`{\rtf1\ansi{\fonttbl{\f0 Mass;}}{\*\generator Mass;}There is no\par pneumothorax.\par Small left {\deleted mass}effusion <5 mm.\par}`;
const HTML =
  '<html><head><style>p.mass{}</style></head><body>There is no<br>pneumothorax.<p title="mass">Small left&nbsp;<del>mass </del>effusion &lt;5 mm.</p></body></html>';
const PDF = buildPdf(['There is no', 'pneumothorax.', 'Small left effusion <5 mm.']);
const base64 = (data: string | Buffer): string => Buffer.from(data as string).toString('base64');
const escaped = (text: string): string => text.replaceAll('\\', '\\E\\').replaceAll('&', '\\T\\');

/** OBX-2 and OBX-5 of messages that all say the same. */
const SAME = {
  rtf: ['TX', RTF],
  rtfEscaped: ['FT', escaped(RTF)],
  rtfInEd: ['ED', `RIS^TEXT^RTF^Base64^${base64(RTF)}`],
  rtfWithoutType: ['', `^^^^${base64(RTF)}`],
  html: ['FT', HTML],
  htmlEscaped: ['TX', escaped(HTML)],
  htmlInEd: ['ED', `RIS^TEXT^HTML^Base64^${base64(HTML).replace(/.{76}/g, '$&\\X0D0A\\')}`],
  htmlPart: ['ST', 'There is no<br>pneumothorax.<br>Small left effusion <5 mm.'],
  pdf: ['TX', base64(PDF)],
} as const;
/** Those that nobody can read. */
const UNREADABLE = {
  rtfCut: ['TX', '{\\rtf1{\\fonttbl Mass'],
  htmlCut: ['FT', '<p>No mass<style>p.mass{'],
  word: ['ED', `RIS^AP^MSWORD^Base64^${'0M8R4KGxGuEAAAAA'.repeat(8)}`],
} as const;

describe('documents of every kind, over MLLP to a real Kafka', () => {
  let dataDir = '';
  let broker: ManagedProcess;
  let service: RunningService;
  let sender: MllpSender;
  const reports = new Map<string, ReportReceived>();
  const sent = new Map<string, Buffer>();

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'interleave-documents-'));
    const engines = await prepareEngines({ dataDir: join(dataDir, 'engines') });
    broker = await startEngine(engines.kafka);
    await createTopics(testKafka([engines.kafkaBrokers]), TOPIC_SPECS, 2, 1);
    await writeFile(join(dataDir, 'site-secret'), randomBytes(32));
    const settings = loadConfig(config, {
      INTERLEAVE_KAFKA_BROKERS: engines.kafkaBrokers,
      INTERLEAVE_DATA_DIR: dataDir,
      INTERLEAVE_PARTITIONS: '2',
      INTERLEAVE_HL7_PORT: '0',
      INTERLEAVE_HL7_ANSWER_TIMEOUT_MS: '60000',
    });
    service = await start(settings, testContext('hl7-gateway'));
    sender = await MllpSender.connect({
      host: '127.0.0.1',
      port: service.port ?? 0,
      timeoutMs: 90_000,
      maxInFlight: 16,
    });
    for (const [name, [type, data]] of Object.entries({ ...SAME, ...UNREADABLE }))
      sent.set(name, messageOf(name, type, data));
    const answers = await Promise.all([...sent.values()].map((message) => sender.send(message)));
    assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set(['AA']));
    await readReports(engines.kafkaBrokers, sent.size, reports);
  });

  after(async () => {
    await sender?.close();
    await service?.stop();
    await broker?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('events hold the text that a reader sees, and the labels are those of it', () => {
    for (const name of Object.keys(SAME)) {
      const report = reports.get(name);
      assert.ok(report, name);
      const { text, findings } = readReport(report.parts);
      assert.deepEqual([text, report.problem], [SAID, null], name);
      assert.deepEqual(
        findings.map(({ concept, assertion, laterality }) => `${concept} ${assertion} ${laterality}`),
        ['pneumothorax ABSENT ', 'effusion PRESENT LEFT'],
        name,
      );
    }
  });

  it('what cannot be read gives no words, and says so', () => {
    for (const name of Object.keys(UNREADABLE)) {
      const report = reports.get(name);
      assert.deepEqual([report?.parts, report?.problem], [[], 'HL7_DOCUMENT_UNREADABLE'], name);
    }
  });

  it('the message is kept as it came', async () => {
    const store = await openObjectStore(dataDir);
    for (const [name, { caseId, raw }] of reports)
      assert.deepEqual(await store.read(caseId, raw.sha256), sent.get(name), name);
    await store.close();
  });
});

function messageOf(name: string, type: string, data: string): Buffer {
  return Buffer.from(
    oru(name, `D${1000 + name.length}${base64(name)}`)
      .toString()
      .replace('OBX|1|TX|&IMP||No pneumothorax.|', () => `OBX|1|${type}|REPORT^Report||${data}|`),
  );
}

async function readReports(brokers: string, count: number, into: Map<string, ReportReceived>): Promise<void> {
  const consumer = testKafka([brokers]).consumer({ groupId: randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPICS.reportReceived, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          if (message.value === null) return;
          const report = events.reportReceived.decode(message.value);
          into.set(report.message.controlId, { ...report, parts: report.parts.map((part) => ({ ...part })) });
          if (into.size === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}
