import { codeOf, ERRORS, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { buildAcknowledgement, readAnsweredHeader } from '../../core/hl7/acknowledgement.ts';
import { splitBatch } from '../../core/hl7/batch.ts';
import type { FrameFault } from '../../core/hl7/frame.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { Logger } from '../../platform/process/log.ts';
import { type AcceptanceRules, type Decision, decide, type Verdict } from './accept-message.ts';
import { BatchTime } from './batch-time.ts';
import type { Documents } from './documents.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { type Kept, keepRefused, keepReport } from './keep-message.ts';
import { KEEP_SHARE } from './limits.ts';
import type { Admission, AnswerCode, RecentMessages } from './recent-messages.ts';
import { type Turn, Turnstile } from './turnstile.ts';

export interface FrameReceiverOptions {
  rules: AcceptanceRules;
  answerTimeoutMs: number;
  controlIdReuse: 'refuse' | 'accept';
  /** the answer to message types that are not handled; they are kept in both cases */
  otherTypes: 'refuse' | 'accept';
  store: ObjectStore;
  producer: EventProducer;
  recent: RecentMessages;
  documents: Documents;
  metrics: GatewayMetrics;
  log: Logger;
  /** told about every outcome, so that readiness can show whether the promise can be kept */
  onOutcome: (outcome: AnswerCode) => void;
}

/** Whose a frame is, and who waits for it. */
export interface FrameOrigin {
  /** place among the frames of its connection */
  turn: Turn;
  /** address of the sender, as far as senders are told apart */
  peer: string;
  /** the same in whole, for the log */
  address: string;
  /** told about work that may go on when the answer has left: until it ends the bytes are held */
  keeping: (work: Promise<unknown>) => void;
}

/** From the bytes of a frame to the bytes of its answer: decide, make durable, answer. Never rejects. */
export class FrameReceiver {
  readonly #options: FrameReceiverOptions;
  #answers = 0;
  readonly #started = Date.now().toString(36);

  constructor(options: FrameReceiverOptions) {
    this.#options = options;
  }

  /** The answer, or null where none is wanted. A batch is answered by all its answers in one frame. */
  async receive(bytes: Buffer, origin: FrameOrigin): Promise<Buffer | null> {
    const { turn } = origin;
    try {
      if (isCommit(bytes)) return null;
      const messages = splitBatch(bytes);
      const [only] = messages;
      if (messages.length === 1 && only !== undefined) return await this.#answerTo(only, origin);
      await turn.mine;
      const places = new Turnstile();
      const answers: Buffer[] = [];
      const time = new BatchTime(this.#options.answerTimeoutMs);
      for (const message of messages) {
        const place = places.next();
        // As a frame does: whatever its answer, nothing behind it waits for it any longer.
        const answer = await this.#answerTo(message, { ...origin, turn: place }, time).finally(place.pass);
        if (answer !== null) answers.push(answer);
      }
      return answers.length === 0 ? null : Buffer.concat(answers);
    } catch (error) {
      const code = error instanceof InterleaveError ? error.code : 'HL7_UNREADABLE';
      return this.refuse(bytes, code, origin);
    } finally {
      turn.pass();
    }
  }

  /** Keeps what is no frame; the answer is only for a sender that waits for one. */
  async refuse(
    bytes: Buffer,
    code: ErrorCode,
    { address, keeping }: Pick<FrameOrigin, 'address' | 'keeping'>,
    fault?: FrameFault,
  ): Promise<Buffer | null> {
    const header = readAnsweredHeader(bytes);
    const work = keepRefused(bytes, code, this.#options);
    const kept = await this.#within(work, this.#options.answerTimeoutMs, keeping);
    this.#count(kept, { peer: address, bytes: bytes.length, fault });
    return buildAcknowledgement(header, kept.outcome ?? code, this.#nextAnswer());
  }

  async #answerTo(bytes: Buffer, origin: FrameOrigin, batch?: BatchTime): Promise<Buffer | null> {
    const receivedAt = Date.now();
    const { turn, peer, address, keeping } = origin;
    const { rules, documents, answerTimeoutMs } = this.#options;
    if (batch?.isOver === true) return this.#later(bytes, 'HL7_BATCH_TIMEOUT', address);
    const texts = await documents.read(bytes, peer, batch?.documentsMs).catch(codeOf);
    if (typeof texts === 'string') return this.#later(bytes, texts, address);
    const decision = decide(bytes, rules, receivedAt, texts);
    const left = Math.max(answerTimeoutMs * KEEP_SHARE, receivedAt + answerTimeoutMs - Date.now());
    const kept = await this.#within(this.#keep(bytes, decision, turn, receivedAt), left, keeping);
    this.#count(kept, { peer: address, bytes: bytes.length });
    if (kept.outcome !== null && ERRORS[kept.outcome][0] === 'retry') batch?.failed();
    return buildAcknowledgement(decision.header, kept.outcome, this.#nextAnswer());
  }

  /** Nothing is kept: the sender has it, and sends it again. That says nothing about whether we can keep things. */
  #later(bytes: Buffer, code: ErrorCode, peer: string): Buffer | null {
    const { metrics, log } = this.#options;
    metrics.messages.inc({ outcome: code });
    log.warn({ code, peer, bytes: bytes.length }, 'message.refused');
    return buildAcknowledgement(readAnsweredHeader(bytes), code, this.#nextAnswer());
  }

  async #keep(bytes: Buffer, decision: Decision, turn: Turn, now: number): Promise<Kept> {
    const { recent, metrics, controlIdReuse } = this.#options;
    const { messageKey, bodyDigest, verdict } = decision;
    if (!verdict.accept) {
      turn.pass();
      return this.#keepUnhandled(bytes, verdict.code);
    }
    const attempt = (): Promise<AnswerCode> => keepReport(bytes, verdict.events, turn, this.#options);
    const admission: Admission =
      messageKey === ''
        ? { standing: 'NEW', outcome: await attempt() }
        : await recent.admit({ key: messageKey, bodyDigest, now }, attempt, turn.pass);
    if (admission.standing === 'REPEAT') {
      metrics.repeats.inc();
      return { outcome: null };
    }
    if (admission.standing === 'REUSED' && controlIdReuse === 'refuse')
      return keepRefused(bytes, 'HL7_CONTROL_ID_REUSED', this.#options);
    const outcome = admission.standing === 'NEW' ? admission.outcome : await attempt();
    if (outcome === null) this.#countEvents(verdict);
    // What can never be written must not come again and again: it is kept as refused.
    return outcome === 'EVENT_TOO_LARGE' || outcome === 'INTERNAL'
      ? keepRefused(bytes, outcome, this.#options)
      : { outcome };
  }

  async #keepUnhandled(bytes: Buffer, code: ErrorCode): Promise<Kept> {
    const kept = await keepRefused(bytes, code, this.#options);
    const { otherTypes, metrics, log } = this.#options;
    const isAccepted =
      kept.outcome === 'HL7_NO_RESULT' ||
      (kept.outcome === 'HL7_TYPE_UNSUPPORTED' && otherTypes === 'accept');
    if (!isAccepted) return kept;
    metrics.unsupportedAccepted.inc({ code });
    log.info({ code, bytes: bytes.length, deadLetter: kept.deadLetter }, 'message.unsupported.accepted');
    return { outcome: null };
  }

  #countEvents({ events, ordersWithoutResult }: Accepted): void {
    const { metrics } = this.#options;
    metrics.events.inc(events.length);
    metrics.ordersWithoutResult.inc(ordersWithoutResult);
    for (const { problem } of events) if (problem !== null) metrics.problems.inc({ code: problem });
  }

  #count(
    { outcome, deadLetter }: Kept,
    what: { peer: string; bytes: number; fault?: FrameFault | undefined },
  ): void {
    const { metrics, log, onOutcome } = this.#options;
    metrics.messages.inc({ outcome: outcome ?? 'accepted' });
    onOutcome(outcome);
    if (outcome !== null) log.warn({ code: outcome, ...what, deadLetter }, 'message.refused');
  }

  /** The outcome, or `KAFKA_UNAVAILABLE` when it takes too long: it may still become durable, and a repeat is harmless. */
  async #within(work: Promise<Kept>, limitMs: number, keeping: FrameOrigin['keeping']): Promise<Kept> {
    const kept = work.catch((error: unknown): Kept => ({ outcome: codeOf(error) }));
    keeping(kept);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Kept>((resolve) => {
      timer = setTimeout(() => resolve({ outcome: 'KAFKA_UNAVAILABLE' }), limitMs);
    });
    return Promise.race([kept, late]).finally(() => clearTimeout(timer));
  }

  #nextAnswer(): { controlId: string; at: number } {
    this.#answers += 1;
    return { controlId: `${this.#started}${this.#answers.toString(36)}`, at: Date.now() };
  }
}

type Accepted = Extract<Verdict, { accept: true }>;

/** The commit blocks of MLLP release 2 (VT ACK FS CR, VT NAK FS CR) are no messages and are never sent by us. */
function isCommit(bytes: Buffer): boolean {
  return bytes.length === 1 && (bytes[0] === 0x06 || bytes[0] === 0x15);
}
