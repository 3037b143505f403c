import type { Socket } from 'node:net';
import { type FrameEvent, frameMessage, MllpFramer } from '../../core/hl7/frame.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { InFlight } from './in-flight.ts';
import {
  ANSWER_WRITE_TIMEOUT_MS,
  CLOSE_GRACE_MS,
  END_BLOCK_GRACE_MS,
  MAX_FAULTS_PER_CONNECTION,
  MAX_IN_FLIGHT_PER_CONNECTION,
} from './limits.ts';
import type { FrameOrigin, FrameReceiver } from './receive-frame.ts';
import { Turnstile } from './turnstile.ts';
import type { UnfinishedFrames } from './unfinished-frames.ts';

export interface ConnectionOptions {
  /** address of the sender, as far as senders are told apart */
  peer: string;
  /** the same in whole, for the log */
  address: string;
  receiver: FrameReceiver;
  inFlight: InFlight;
  metrics: GatewayMetrics;
  log: Logger;
  maxFrameBytes: number;
  unfinished: UnfinishedFrames;
  firstByteTimeoutMs: number;
  frameTimeoutMs: number;
  idleTimeoutMs: number;
  /** default `ANSWER_WRITE_TIMEOUT_MS` */
  answerWriteTimeoutMs?: number;
}

/** A frame that waits for its answer; the answers leave in the order of the frames. */
interface Slot {
  done: boolean;
  answer: Buffer | null;
}

/**
 * One MLLP connection: bytes in, frames to the receiver, answers out in order. It stops reading while too much is under
 * way or the peer does not take its answers, keeps its deadlines, and answers what it has even when the peer has
 * closed its side.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #framer: MllpFramer;
  readonly #turnstile = new Turnstile();
  readonly #slots: Slot[] = [];
  /** what was cut out of the last chunk and has to wait: one chunk may hold thousands of frames */
  #waiting: FrameEvent[] = [];
  #faults = 0;
  /** nothing more comes from the peer */
  #finished = false;
  #ending = false;
  #peerSlow = false;
  #frameTimer: NodeJS.Timeout | undefined;
  #endBlockTimer: NodeJS.Timeout | undefined;
  #writeTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  /** resolves when the socket is closed */
  readonly closed: Promise<void>;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#framer = new MllpFramer({ maxFrameBytes: options.maxFrameBytes });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#clearTimers();
        clearTimeout(this.#closeTimer);
        options.inFlight.forget(this.#resume);
        this.#hold(0);
        resolve();
      });
    });
    socket.setTimeout(options.firstByteTimeoutMs);
    socket.once('data', () => socket.setTimeout(options.idleTimeoutMs));
    socket.on('timeout', () => this.#idle());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#finish());
    socket.on('drain', () => this.#drained());
    socket.on('error', () => socket.destroy());
  }

  /** Takes no more frames, answers those that are under way, closes. */
  stop(): Promise<void> {
    this.#ending = true;
    this.#socket.pause();
    this.#clearTimers();
    this.#flush();
    return this.closed;
  }

  #read(chunk: Buffer): void {
    if (this.#ending || this.#finished) return;
    this.#options.metrics.bytes.inc(chunk.length);
    this.#take(this.#framer.push(chunk));
    this.#watchFrame();
    this.#pauseIfFull();
  }

  #take(events: FrameEvent[]): void {
    this.#waiting = this.#waiting.concat(events);
    this.#admit();
  }

  /** Takes up what waits, as far as there is room. */
  #admit(): void {
    while (this.#waiting.length > 0 && !this.#ending && !this.#isFull())
      for (const event of this.#waiting.splice(0, MAX_IN_FLIGHT_PER_CONNECTION - this.#slots.length))
        if (!this.#ending) this.#handle(event);
    if (this.#finished && this.#waiting.length === 0 && !this.#ending) this.#end();
    // What a timer cut out has nothing under way here that would go on with it, and nothing is read any more.
    if (this.#waiting.length > 0 && !this.#ending && this.#options.inFlight.full)
      this.#options.inFlight.whenFree(this.#resume);
  }

  #handle(event: FrameEvent): void {
    if (event.kind === 'frame') {
      const turn = this.#turnstile.next();
      const { receiver, peer, address } = this.#options;
      this.#occupy(event.bytes, (keeping) => receiver.receive(event.bytes, { turn, peer, address, keeping }));
    } else this.#fault(event);
  }

  /** What is no frame is kept. Only a frame that is too long is answered: its sender waits. */
  #fault(event: Extract<FrameEvent, { kind: 'problem' }>): void {
    const { metrics, receiver, address } = this.#options;
    metrics.faults.inc({ fault: event.fault });
    this.#faults += 1;
    if (event.bytes.length > 0) {
      this.#occupy(event.bytes, async (keeping) => {
        const answer = await receiver.refuse(event.bytes, event.code, { address, keeping }, event.fault);
        return event.fault === 'TOO_LARGE' ? answer : null;
      });
    }
    if (event.fault === 'TOO_LARGE' || this.#faults >= MAX_FAULTS_PER_CONNECTION) this.#end();
  }

  /** The answer leaves when it must; the bytes count for as long as somebody keeps them. */
  #occupy(bytes: Buffer, answer: (keeping: FrameOrigin['keeping']) => Promise<Buffer | null>): void {
    const { inFlight, metrics } = this.#options;
    const slot: Slot = { done: false, answer: null };
    const stop = metrics.seconds.startTimer();
    const keeping: Promise<unknown>[] = [];
    this.#slots.push(slot);
    inFlight.add(bytes.length);
    metrics.inFlight.set(inFlight.bytes);
    const answered = answer((work) => keeping.push(work)).then((said) => {
      slot.done = true;
      slot.answer = said;
      stop();
      this.#flush();
    });
    void answered
      .then(() => Promise.all(keeping))
      .then(() => {
        inFlight.remove(bytes.length);
        metrics.inFlight.set(inFlight.bytes);
      });
  }

  /** Sends the answers at the head of the line, together. */
  #flush(): void {
    const ready: Buffer[] = [];
    while (this.#slots[0]?.done === true) {
      const answer = this.#slots.shift()?.answer ?? null;
      if (answer !== null) ready.push(frameMessage(answer));
    }
    if (ready.length > 0 && this.#socket.writable && !this.#socket.write(Buffer.concat(ready))) {
      this.#peerSlow = true;
      this.#writeTimer ??= setTimeout(
        () => this.#socket.destroy(),
        this.#options.answerWriteTimeoutMs ?? ANSWER_WRITE_TIMEOUT_MS,
      );
    }
    if (this.#ending && this.#slots.length === 0) this.#close();
    else this.#resume();
  }

  /** Ends our side; what the peer still sends is thrown away unanswered, so that it reads our last answer. */
  #close(): void {
    if (this.#closeTimer !== undefined) return;
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS);
    this.#socket.end();
    this.#socket.resume();
  }

  #drained(): void {
    this.#peerSlow = false;
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    this.#resume();
  }

  #isFull(): boolean {
    return (
      this.#peerSlow || this.#slots.length >= MAX_IN_FLIGHT_PER_CONNECTION || this.#options.inFlight.full
    );
  }

  #pauseIfFull(): void {
    if (!this.#isFull() && this.#waiting.length === 0) return;
    this.#socket.pause();
    if (this.#options.inFlight.full) this.#options.inFlight.whenFree(this.#resume);
  }

  readonly #resume = (): void => {
    if (this.#waiting.length > 0) this.#admit();
    if (this.#ending) return;
    if (this.#isFull() || this.#waiting.length > 0) this.#pauseIfFull();
    else if (this.#socket.isPaused()) this.#socket.resume();
  };

  /** The per-frame deadline, and the short one behind FS. */
  #watchFrame(): void {
    clearTimeout(this.#endBlockTimer);
    if (this.#framer.awaitsCr)
      this.#endBlockTimer = setTimeout(() => {
        this.#take(this.#framer.settle());
        this.#watchFrame();
      }, END_BLOCK_GRACE_MS);
    this.#hold(this.#framer.heldBytes);
    if (this.#framer.insideFrame || this.#framer.heldBytes > 0)
      this.#frameTimer ??= setTimeout(() => this.#cut('HL7_FRAME_TIMEOUT'), this.#options.frameTimeoutMs);
    else {
      clearTimeout(this.#frameTimer);
      this.#frameTimer = undefined;
    }
  }

  /** Ends reading because of what the peer does, or does not do; what is unfinished is kept as such. */
  #cut(code: 'HL7_FRAME_TIMEOUT' | 'HL7_NO_ROOM'): void {
    const { metrics, log, address } = this.#options;
    metrics.cut.inc({ code });
    log.warn({ code, peer: address }, 'connection.closed');
    this.#finish();
  }

  #hold(bytes: number): void {
    this.#options.unfinished.hold(this, bytes, () => this.#cut('HL7_NO_ROOM'));
  }

  #idle(): void {
    // While answers are under way it is we who are slow.
    if (this.#slots.length === 0) this.#finish();
    // A socket says this once; what is silent still may be so again.
    else this.#socket.setTimeout(this.#options.idleTimeoutMs);
  }

  /** No more comes from the peer, or is read: what is unfinished is kept, what is under way is answered. */
  #finish(): void {
    if (this.#ending || this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#frameTimer);
    clearTimeout(this.#endBlockTimer);
    this.#hold(0);
    this.#take(this.#framer.end());
  }

  #end(): void {
    this.#ending = true;
    this.#clearTimers();
    this.#socket.pause();
    this.#flush();
  }

  #clearTimers(): void {
    clearTimeout(this.#frameTimer);
    clearTimeout(this.#endBlockTimer);
    clearTimeout(this.#writeTimer);
  }
}
