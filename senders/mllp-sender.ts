import { connect, type Socket } from 'node:net';
import { InterleaveError } from '../core/errors.ts';
import { type Acknowledgement, parseAcknowledgement } from '../core/hl7/acknowledgement.ts';
import { frameMessage, MllpFramer } from '../core/hl7/frame.ts';

export type { Acknowledgement } from '../core/hl7/acknowledgement.ts';

export interface MllpSenderOptions {
  host: string;
  port: number;
  /** for connecting and for each answer, in ms */
  timeoutMs?: number;
  /** messages that may wait for their answer; 1 is what most senders do */
  maxInFlight?: number;
}

interface InFlight {
  resolve: (answer: Acknowledgement) => void;
  reject: (error: InterleaveError) => void;
  timer: NodeJS.Timeout;
}

/**
 * A client that sends HL7 messages over MLLP and waits for the answers, which come in the order of the messages.
 *
 * A message without an answer may have arrived: send it again, unchanged. The connection is given up then, because a
 * late answer could not be told from the next one; the next `send` opens another.
 */
export class MllpSender {
  readonly #options: Required<MllpSenderOptions>;
  #socket: Socket | null = null;
  #connecting: Promise<Socket> | null = null;
  #inFlight: InFlight[] = [];
  #waiting: (() => void)[] = [];
  #places: number;
  #closed = false;

  private constructor(options: MllpSenderOptions) {
    this.#options = { timeoutMs: 10_000, maxInFlight: 1, ...options };
    this.#places = this.#options.maxInFlight;
  }

  /** Rejects with `MLLP_UNREACHABLE`. */
  static async connect(options: MllpSenderOptions): Promise<MllpSender> {
    const sender = new MllpSender(options);
    await sender.#connected();
    return sender;
  }

  /**
   * Sends one message and resolves with its answer, positive or not. Rejects with `MLLP_UNREACHABLE` or
   * `MLLP_NO_ANSWER`. More calls than `maxInFlight` wait for their turn, in order.
   */
  async send(message: Buffer): Promise<Acknowledgement> {
    await this.#place();
    try {
      const socket = await this.#connected();
      return await new Promise<Acknowledgement>((resolve, reject) => {
        const timer = setTimeout(() => this.#lose(socket, 'in time'), this.#options.timeoutMs);
        this.#inFlight.push({ resolve, reject, timer });
        socket.write(frameMessage(message));
      });
    } finally {
      this.#free();
    }
  }

  /** Waits for the answers that are still to come, then closes. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#places < this.#options.maxInFlight || this.#waiting.length > 0)
      await new Promise<void>((resolve) => setTimeout(resolve, 5));
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end();
      setTimeout(() => socket.destroy(), CLOSE_GRACE_MS).unref();
    });
  }

  async #place(): Promise<void> {
    if (this.#places > 0) this.#places -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #free(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#places += 1;
    else next();
  }

  #connected(): Promise<Socket> {
    if (this.#socket !== null) return Promise.resolve(this.#socket);
    if (this.#closed && this.#places === this.#options.maxInFlight)
      return Promise.reject(new InterleaveError('MLLP_UNREACHABLE', 'The sender is closed.'));
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  #open(): Promise<Socket> {
    const { host, port, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      const timer = setTimeout(() => socket.destroy(new Error('timeout')), timeoutMs);
      const refuse = (cause?: unknown): void => {
        clearTimeout(timer);
        reject(new InterleaveError('MLLP_UNREACHABLE', `${host}:${port}`, { cause }));
      };
      socket.once('error', refuse);
      socket.once('close', refuse);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', refuse).off('close', refuse);
        this.#use(socket);
        resolve(socket);
      });
    });
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    const framer = new MllpFramer();
    socket.on('data', (chunk: Buffer) => {
      if (socket !== this.#socket) return;
      for (const event of framer.push(chunk)) {
        if (event.kind !== 'frame') continue;
        const answered = this.#inFlight.shift();
        if (answered === undefined) continue;
        clearTimeout(answered.timer);
        answered.resolve(parseAcknowledgement(event.bytes));
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lose(socket, 'before the connection closed'));
  }

  #lose(socket: Socket, why: string): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.destroy();
    for (const { reject, timer } of this.#inFlight.splice(0)) {
      clearTimeout(timer);
      reject(new InterleaveError('MLLP_NO_ANSWER', `No answer ${why}.`));
    }
  }
}

/** After our side is closed, how long the peer may take to close its own. */
const CLOSE_GRACE_MS = 500;
