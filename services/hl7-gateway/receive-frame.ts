import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { buildAcknowledgement, readAnsweredHeader } from '../../core/hl7/acknowledgement.ts';
import { splitBatch } from '../../core/hl7/batch.ts';
import type { FrameFault } from '../../core/hl7/frame.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { Logger } from '../../platform/log.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import { type AcceptanceRules, type Decision, decide, type EventDraft } from './accept-message.ts';
import type { Documents } from './documents.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { keepRefused, keepReport } from './keep-message.ts';
import { KEEP_SHARE } from './limits.ts';
import type { Admission, Outcome, RecentMessages } from './recent-messages.ts';
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
  onOutcome: (outcome: Outcome) => void;
}

/** Whose a frame is, and who waits for it. */
export interface FrameOrigin {
  /** place among the frames of its connection */
  turn: Turn;
  /** address of the sender */
  peer: string;
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
      for (const message of messages) {
        const answer = await this.#answerTo(message, { ...origin, turn: places.next() });
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
    { keeping }: Pick<FrameOrigin, 'keeping'>,
    fault?: FrameFault,
  ): Promise<Buffer | null> {
    const header = readAnsweredHeader(bytes);
    const kept = keepRefused(bytes, code, this.#options);
    const outcome = await this.#within(kept, this.#options.answerTimeoutMs, keeping);
    this.#count(outcome ?? code, fault);
    return buildAcknowledgement(header, outcome ?? code, this.#nextAnswer());
  }

  async #answerTo(bytes: Buffer, { turn, peer, keeping }: FrameOrigin): Promise<Buffer | null> {
    const receivedAt = Date.now();
    const { rules, documents, answerTimeoutMs } = this.#options;
    const texts = await documents.read(bytes, peer).catch(codeOf);
    if (typeof texts === 'string') return this.#later(bytes, texts);
    const decision = decide(bytes, rules, receivedAt, texts);
    const left = Math.max(answerTimeoutMs * KEEP_SHARE, receivedAt + answerTimeoutMs - Date.now());
    const outcome = await this.#within(this.#keep(bytes, decision, turn, receivedAt), left, keeping);
    this.#count(outcome);
    return buildAcknowledgement(decision.header, outcome, this.#nextAnswer());
  }

  /** Nothing is kept: the sender has it, and sends it again. That says nothing about whether we can keep things. */
  #later(bytes: Buffer, code: ErrorCode): Buffer | null {
    const { metrics, log } = this.#options;
    metrics.messages.inc({ outcome: code });
    log.warn({ code }, 'message.refused');
    return buildAcknowledgement(readAnsweredHeader(bytes), code, this.#nextAnswer());
  }

  async #keep(bytes: Buffer, decision: Decision, turn: Turn, now: number): Promise<Outcome> {
    const { recent, metrics, controlIdReuse } = this.#options;
    const { messageKey, bodyDigest, verdict } = decision;
    if (!verdict.accept) {
      turn.pass();
      return this.#keepUnhandled(bytes, verdict.code);
    }
    const attempt = (): Promise<Outcome> => keepReport(bytes, verdict.events, turn, this.#options);
    const admission: Admission =
      messageKey === ''
        ? { standing: 'NEW', outcome: await attempt() }
        : await recent.admit({ key: messageKey, bodyDigest, now }, attempt, turn.pass);
    if (admission.standing === 'REPEAT') {
      metrics.repeats.inc();
      return null;
    }
    if (admission.standing === 'REUSED' && controlIdReuse === 'refuse')
      return keepRefused(bytes, 'HL7_CONTROL_ID_REUSED', this.#options);
    const outcome = admission.standing === 'NEW' ? admission.outcome : await attempt();
    if (outcome === null) this.#countEvents(verdict.events);
    // What can never be written must not come again and again: it is kept as refused.
    return outcome === 'EVENT_TOO_LARGE' || outcome === 'INTERNAL'
      ? keepRefused(bytes, outcome, this.#options)
      : outcome;
  }

  async #keepUnhandled(bytes: Buffer, code: ErrorCode): Promise<Outcome> {
    const outcome = await keepRefused(bytes, code, this.#options);
    const isSetAside = outcome === 'HL7_TYPE_UNSUPPORTED' && this.#options.otherTypes === 'accept';
    if (isSetAside) this.#options.metrics.setAside.inc();
    return isSetAside ? null : outcome;
  }

  #countEvents(events: readonly EventDraft[]): void {
    const { metrics } = this.#options;
    metrics.events.inc(events.length);
    for (const { problem } of events) if (problem !== null) metrics.problems.inc({ code: problem });
  }

  #count(outcome: Outcome, fault?: FrameFault): void {
    const { metrics, log, onOutcome } = this.#options;
    metrics.messages.inc({ outcome: outcome ?? 'accepted' });
    onOutcome(outcome);
    if (outcome !== null) log.warn({ code: outcome, fault }, 'message.refused');
  }

  /** The outcome, or `KAFKA_UNAVAILABLE` when it takes too long: it may still become durable, and a repeat is harmless. */
  async #within(work: Promise<Outcome>, limitMs: number, keeping: FrameOrigin['keeping']): Promise<Outcome> {
    const outcome = work.catch(codeOf);
    keeping(outcome);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => resolve('KAFKA_UNAVAILABLE'), limitMs);
    });
    return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
  }

  #nextAnswer(): { controlId: string; at: number } {
    this.#answers += 1;
    return { controlId: `${this.#started}${this.#answers.toString(36)}`, at: Date.now() };
  }
}

/** The commit blocks of MLLP release 2 (VT ACK FS CR, VT NAK FS CR) are no messages and are never sent by us. */
function isCommit(bytes: Buffer): boolean {
  return bytes.length === 1 && (bytes[0] === 0x06 || bytes[0] === 0x15);
}
