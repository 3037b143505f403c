import type { Socket } from 'node:net';
import { InterleaveError } from '../core/errors.ts';
import { type Acknowledgement, parseAcknowledgement } from '../core/hl7/acknowledgement.ts';
import { frameMessage, MllpFramer } from '../core/hl7/frame.ts';
import { isTlsAlert, openSocket } from '../platform/net/sockets.ts';
import type { ClientTls } from '../platform/net/tls.ts';

export type { Acknowledgement } from '../core/hl7/acknowledgement.ts';

export interface MllpSenderOptions {
  host: string;
  port: number;
  /** TLS, see `clientTls`; without it plain TCP */
  tls?: ClientTls | null;
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
    this.#options = { timeoutMs: 10_000, maxInFlight: 1, tls: null, ...options };
    this.#places = this.#options.maxInFlight;
  }

  /** Rejects with `MLLP_UNREACHABLE` or `TLS_REFUSED`. */
  static async connect(options: MllpSenderOptions): Promise<MllpSender> {
    const sender = new MllpSender(options);
    await sender.#connected();
    return sender;
  }

  /**
   * Sends one message and resolves with its answer, positive or not. Rejects with `MLLP_UNREACHABLE`,
   * `TLS_REFUSED` or `MLLP_NO_ANSWER`. More calls than `maxInFlight` wait for their turn, in order.
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

  async #open(): Promise<Socket> {
    const { host, port } = this.#options;
    const socket = await openSocket(this.#options).catch((cause: unknown) => {
      if (cause instanceof InterleaveError) throw cause;
      throw new InterleaveError('MLLP_UNREACHABLE', `${host}:${port}`, { cause });
    });
    this.#use(socket);
    return socket;
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
    socket.on('close', () => this.#lose(socket, 'before the connection closed'));
    // It may have closed while somebody else was told that it is open.
    if (socket.destroyed) this.#lose(socket, 'before the connection closed');
  }

  #lose(socket: Socket, why: string): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.destroy();
    const error = isTlsAlert(socket.errored)
      ? new InterleaveError('TLS_REFUSED', 'The receiver wants another certificate.', {
          cause: socket.errored,
        })
      : new InterleaveError('MLLP_NO_ANSWER', `No answer ${why}.`);
    for (const { reject, timer } of this.#inFlight.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

/** After our side is closed, how long the peer may take to close its own. */
const CLOSE_GRACE_MS = 500;
