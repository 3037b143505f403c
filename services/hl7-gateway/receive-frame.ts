import { codeOf, ERRORS, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { buildAcknowledgement, readAnsweredHeader } from '../../core/hl7/acknowledgement.ts';
import { splitBatch } from '../../core/hl7/batch.ts';
import type { FrameFault } from '../../core/hl7/frame.ts';
import { type AcceptanceRules, decide } from './accept-message.ts';
import { answerBatch } from './answer-batch.ts';
import type { BatchTime } from './batch-time.ts';
import type { Documents } from './documents.ts';
import { type KeepOptions, keepDecided, within } from './keep-decided.ts';
import { type Kept, keepRefused } from './keep-message.ts';
import { KEEP_SHARE } from './limits.ts';
import type { AnswerCode } from './recent-messages.ts';
import type { Turn } from './turnstile.ts';

export interface FrameReceiverOptions extends KeepOptions {
  rules: AcceptanceRules;
  answerTimeoutMs: number;
  documents: Documents;
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
      return await answerBatch(messages, this.#options.answerTimeoutMs, (message, place, time) =>
        this.#answerTo(message, { ...origin, turn: place }, time),
      );
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
    const kept = await within(work, this.#options.answerTimeoutMs, keeping);
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
    const kept = await within(keepDecided(bytes, decision, turn, receivedAt, this.#options), left, keeping);
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

  #count(
    { outcome, deadLetter }: Kept,
    what: { peer: string; bytes: number; fault?: FrameFault | undefined },
  ): void {
    const { metrics, log, onOutcome } = this.#options;
    metrics.messages.inc({ outcome: outcome ?? 'accepted' });
    onOutcome(outcome);
    if (outcome !== null) log.warn({ code: outcome, ...what, deadLetter }, 'message.refused');
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
