/**
 * Kafka stands still (SIGSTOP: its sockets are open and nothing answers) while an MLLP sender and a DICOM sender go on.
 * What is acknowledged is on Kafka, and both go on when it wakes, without being started again.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DicomObject, DimseSender, proposalsFor } from '../../clients/dimse-sender.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import type { Acknowledgement } from '../../core/hl7/acknowledgement.ts';
import { GATEWAY_PARTITIONS, GatewayProcess } from '../../harness/gateway-process.ts';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { until } from '../../harness/until.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { image } from '../services/dicom-gateway/test-objects.ts';
import { oru } from '../services/hl7-gateway/gateway.ts';

/** Longer than any answer takes: each sender is refused at least once. */
const STANDSTILL_MS = 20_000;

/** Of the senders: an answer comes in time, and on a busy machine later. */
const PATIENT_MS = 60_000;

const OUT_OF_RESOURCES = 0xa700;

describe('Kafka stands still', { timeout: 240_000 }, () => {
  let kafka: OwnKafka;
  let hl7: GatewayProcess;
  let dicom: GatewayProcess;
  before(async () => {
    kafka = await ownKafka(GATEWAY_PARTITIONS);
    hl7 = await GatewayProcess.start('hl7-gateway', kafka.brokers);
    dicom = await GatewayProcess.start('dicom-gateway', kafka.brokers);
  });
  after(async () => {
    if (kafka?.pid !== undefined) process.kill(kafka.pid, 'SIGCONT');
    await hl7?.stop();
    await dicom?.stop();
    await kafka?.stop();
  });

  it('nothing that is acknowledged is lost, and both senders go on when it wakes', async () => {
    assert.ok(kafka.pid);
    const reports = new Reports(
      await MllpSender.connect({ host: '127.0.0.1', port: hl7.port, timeoutMs: PATIENT_MS }),
    );
    const images = new Images(dicom.port);
    const senders = [reports, images];
    const running = Promise.all(senders.map((sender) => sender.run()));
    await until(() => senders.every(({ kept }) => kept.length >= 5));
    process.kill(kafka.pid, 'SIGSTOP');
    await sleep(STANDSTILL_MS);
    process.kill(kafka.pid, 'SIGCONT');
    const before = senders.map(({ kept }) => kept.length);
    await until(() => senders.every(({ kept }, i) => kept.length >= (before[i] ?? 0) + 5));
    for (const sender of senders) sender.stop();
    await running;
    assert.deepEqual(new Set(reports.refused), new Set(['AR']));
    assert.deepEqual(new Set(images.refused), new Set([OUT_OF_RESOURCES]));
    assert.ok(hl7.running && dicom.running);
    const arrived = await onKafka(kafka.brokers);
    for (const id of [...reports.kept, ...images.kept])
      assert.ok(arrived.has(id), `${id} is acknowledged and lost`);
  });
});

/** Sends one thing after the other, each until it is acknowledged. */
abstract class Sender<Answer> {
  readonly kept: string[] = [];
  readonly refused: Answer[] = [];
  #stopped = false;

  protected abstract next(): { id: string; send: () => Promise<{ isKept: boolean; answer: Answer }> };
  protected abstract end(): Promise<void>;

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const { id, send } = this.next();
      for (let isKept = false; !isKept && !this.#stopped; ) {
        const sent = await send();
        isKept = sent.isKept;
        if (isKept) this.kept.push(id);
        else this.refused.push(sent.answer);
        await sleep(50);
      }
    }
    await this.end();
  }
}

class Reports extends Sender<Acknowledgement['code']> {
  readonly #sender: MllpSender;

  constructor(sender: MllpSender) {
    super();
    this.#sender = sender;
  }

  protected next() {
    const id = randomUUID();
    const message = oru(id, `A${this.kept.length + 1000}`);
    const send = async () => {
      const { code } = await this.#sender.send(message);
      return { isKept: code === 'AA', answer: code };
    };
    return { id, send };
  }

  protected end(): Promise<void> {
    return this.#sender.close();
  }
}

class Images extends Sender<number> {
  readonly #port: number;
  #sender: DimseSender | null = null;

  constructor(port: number) {
    super();
    this.#port = port;
  }

  protected next() {
    const object: DicomObject = image();
    const send = async () => {
      this.#sender ??= await DimseSender.connect({
        host: '127.0.0.1',
        port: this.#port,
        callingAeTitle: 'TEST',
        calledAeTitle: 'INTERLEAVE',
        presentationContexts: proposalsFor([object]),
        timeoutMs: PATIENT_MS,
      });
      const { status } = await this.#sender.store(object);
      return { isKept: status === 0, answer: status };
    };
    return { id: object.sopInstanceUid, send };
  }

  async end(): Promise<void> {
    await this.#sender?.release();
  }
}

/** Control ids and SOP Instance UIDs of all events. */
async function onKafka(brokers: readonly string[]): Promise<Set<string>> {
  const kafka = testKafka(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const topics = [TOPICS.reportReceived, TOPICS.imageReceived];
  const offsets = (await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)))).flat();
  await admin.disconnect();
  const count = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const found = new Set<string>();
  let read = 0;
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, message: { value } }) => {
        const bytes = value ?? Buffer.alloc(0);
        found.add(
          topic === TOPICS.reportReceived
            ? events.reportReceived.decode(bytes).message.controlId
            : events.imageReceived.decode(bytes).sopInstanceUid,
        );
        read += 1;
      },
    });
    await until(() => read >= count);
  } finally {
    await consumer.disconnect();
  }
  return found;
}
