import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DEFAULT_ACCESSION_PATHS } from '../../../core/hl7/accession.ts';
import { parseAcknowledgement } from '../../../core/hl7/acknowledgement.ts';
import { MllpFramer } from '../../../core/hl7/frame.ts';
import type { ObjectRef } from '../../../core/object-ref.ts';
import { DEFAULT_SITE } from '../../../core/radiology/case-key.ts';
import type { ReportReceived } from '../../../core/radiology/events.ts';
import { testContext } from '../../../harness/service-context.ts';
import type { DeadLetter } from '../../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../../platform/kafka/producer.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import type { AcceptanceRules } from '../../../services/hl7-gateway/accept-message.ts';
import { Documents } from '../../../services/hl7-gateway/documents.ts';
import { gatewayMetrics } from '../../../services/hl7-gateway/gateway-metrics.ts';
import { InFlight } from '../../../services/hl7-gateway/in-flight.ts';
import { Listener, type ListenerOptions } from '../../../services/hl7-gateway/listener.ts';
import { FrameReceiver, type FrameReceiverOptions } from '../../../services/hl7-gateway/receive-frame.ts';
import { RecentMessages } from '../../../services/hl7-gateway/recent-messages.ts';
import { UnfinishedFrames } from '../../../services/hl7-gateway/unfinished-frames.ts';

export const RULES: AcceptanceRules = {
  site: DEFAULT_SITE,
  secret: Buffer.alloc(32, 7),
  accessionPaths: DEFAULT_ACCESSION_PATHS,
  timeZone: 'UTC',
  processingIds: ['P'],
};

/** An ORU^R01 of an invented patient. */
export function oru(controlId: string, accession = 'A10001', text = 'No pneumothorax.', more = ''): Buffer {
  return Buffer.from(
    [
      `MSH|^~\\&|RIS|CITY|INTERLEAVE|LAB|20260301101500||ORU^R01|${controlId}|P|2.5.1${more}`,
      'PID|1||P100^^^CITY^MR||Vogel^Anna||19700102|F',
      `OBR|1||F-${accession}|71046^Chest|||20260301090000|||||||||||${accession}||||20260301101000||DX|F`,
      `OBX|1|TX|&IMP||${text}||||||F\r`,
    ].join('\r'),
  );
}

export function framed(...messages: (Buffer | string)[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => [
      Buffer.from([0x0b]),
      Buffer.from(message as string),
      Buffer.from([0x1c, 0x0d]),
    ]),
  );
}

/** What the gateway made durable, in memory, and the ways in which that can fail. */
export class FakeBackends {
  readonly objects = new Map<string, Buffer>();
  readonly reports: ReportReceived[] = [];
  readonly deadLetters: DeadLetter[] = [];
  /** everything that happened, in order: `stored`, `sent` */
  readonly journal: string[] = [];
  storeDelay: (bytes: Buffer) => number = () => 0;
  storeError: Error | null = null;
  sendError: Error | null = null;
  sendDelay = 0;

  readonly store = {
    put: (ids: string | string[], bytes: Buffer, mediaType: string) =>
      this.#put([ids].flat(), Buffer.from(bytes), mediaType),
  } as unknown as ObjectStore;

  readonly producer = {
    send: async (topic: string, record: { key: string; value: Buffer }) => {
      // As Kafka sees it: the order of the calls is the order of the records.
      if (topic === TOPICS.reportReceived) this.journal.push(`sent ${record.key}`);
      if (this.sendDelay > 0) await new Promise((resolve) => setTimeout(resolve, this.sendDelay).unref());
      if (this.sendError !== null) throw this.sendError;
      if (topic === TOPICS.reportReceived) this.reports.push(events.reportReceived.decode(record.value));
      else this.deadLetters.push(events.deadLetter.decode(record.value));
    },
  } as unknown as EventProducer;

  async #put(ids: string[], bytes: Buffer, mediaType: string): Promise<ObjectRef> {
    const delay = this.storeDelay(bytes);
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (this.storeError !== null) throw this.storeError;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const id of ids) {
      this.objects.set(`${id}/${sha256}`, bytes);
      this.journal.push(`stored ${id}`);
    }
    return { sha256, size: bytes.length, mediaType };
  }
}

export type TestGateway = Awaited<ReturnType<typeof gateway>>;

/** A listener with its receiver on backends in memory. */
export async function gateway(
  options: Partial<ListenerOptions> &
    Partial<FrameReceiverOptions> & { maxInFlightBytes?: number; maxUnfinishedBytes?: number } = {},
) {
  const backends = new FakeBackends();
  const context = testContext('hl7-gateway');
  const metrics = gatewayMetrics(context.metrics);
  const receiver = new FrameReceiver({
    rules: RULES,
    answerTimeoutMs: 2_000,
    controlIdReuse: 'refuse',
    otherTypes: 'refuse',
    recent: new RecentMessages({ rememberMs: 60_000 }),
    documents: new Documents(),
    store: backends.store,
    producer: backends.producer,
    metrics,
    log: context.log,
    onOutcome: () => undefined,
    ...options,
  });
  const inFlight = new InFlight(options.maxInFlightBytes ?? 1_000_000);
  const listener = await Listener.start({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    maxConnections: 10,
    maxConnectionsPerPeer: 10,
    firstByteTimeoutMs: 5_000,
    unfinished: new UnfinishedFrames(options.maxUnfinishedBytes ?? 1_000_000),
    maxFrameBytes: 100_000,
    frameTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
    inFlight,
    receiver,
    metrics,
    log: context.log,
    ...options,
  });
  return { backends, listener, inFlight, metrics: context.metrics, port: listener.port };
}

/** A raw client: writes what a test says and collects the answers. */
export class RawClient {
  readonly socket: Socket;
  readonly answers: Buffer[] = [];
  readonly #framer = new MllpFramer();
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      for (const event of this.#framer.push(chunk))
        if (event.kind === 'frame') this.answers.push(event.bytes);
    });
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.closed = true;
      });
    socket.on('error', () => undefined);
  }

  static async open(port: number, localAddress = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  /** `code controlId` of each answer, once there are so many. */
  async read(count: number, timeoutMs = 4_000): Promise<string[]> {
    await until(() => this.answers.length >= count, timeoutMs);
    return this.answers.map((raw) => {
      const { code, controlId } = parseAcknowledgement(raw);
      return `${code} ${controlId}`;
    });
  }

  async untilClosed(timeoutMs = 4_000): Promise<void> {
    await until(() => this.closed, timeoutMs);
  }
}

export async function until(condition: () => boolean, timeoutMs = 4_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error('It did not happen in time.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
