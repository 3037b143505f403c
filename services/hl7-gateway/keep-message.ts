import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import type { ObjectRef } from '../../core/object-ref.ts';
import { deadLetterObject, UNKNOWN_CASE } from '../../platform/kafka/dead-letter.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import { events as codecs } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { EventDraft } from './accept-message.ts';
import type { AnswerCode } from './recent-messages.ts';
import type { Turn } from './turnstile.ts';

export const MEDIA_TYPE = 'application/hl7-v2+er7';

/**
 * Makes an accepted message durable: first its bytes, in every case that it belongs to, then one event for each, with
 * `acks=all`. Resolves with null when all of it is done, with the code of what failed otherwise; never rejects.
 */
export async function keepReport(
  bytes: Buffer,
  drafts: EventDraft[],
  turn: Turn,
  { store, producer }: { store: ObjectStore; producer: EventProducer },
): Promise<AnswerCode> {
  try {
    const caseIds = [...new Set(drafts.map((draft) => draft.caseId))];
    const receivedAt = drafts[0]?.receivedAt;
    const receipt = receivedAt === undefined ? undefined : { receivedAt, sender: '' };
    const raw = await store.put(caseIds, bytes, MEDIA_TYPE, receipt);
    await turn.mine;
    const sent = sendEvents(drafts, raw, producer);
    turn.pass();
    const failed = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected');
    return failed === undefined ? null : codeOf(failed.reason);
  } catch (error) {
    return codeOf(error);
  } finally {
    turn.pass();
  }
}

/** One event for each draft; resolved when they are on Kafka with `acks=all`. */
export function sendEvents(
  drafts: readonly EventDraft[],
  raw: ObjectRef,
  producer: EventProducer,
): Promise<void>[] {
  return drafts.map((draft) =>
    producer.send(TOPICS.reportReceived, {
      key: draft.caseId,
      value: codecs.reportReceived.encode({ ...draft, raw }),
    }),
  );
}

/** What became of a message, and where its bytes are when it was refused and is kept as a dead letter. */
export interface Kept {
  outcome: AnswerCode;
  /** their name in the object store, `unknown/<sha256>`: nothing of a patient */
  deadLetter?: string;
}

/**
 * Keeps what is refused: the bytes whole in the object store, then a dead letter with their hash and the code. Resolves
 * with that code, or, where keeping failed for a reason that passes, with that one: the sender then keeps it and sends again.
 */
export async function keepRefused(
  bytes: Buffer,
  code: ErrorCode,
  { store, producer }: { store: ObjectStore; producer: EventProducer },
): Promise<Kept & { outcome: ErrorCode }> {
  try {
    const object = await store.put(UNKNOWN_CASE, bytes, MEDIA_TYPE);
    await deadLetterObject(producer, 'hl7-gateway', code, object);
    return { outcome: code, deadLetter: `${UNKNOWN_CASE}/${object.sha256}` };
  } catch (error) {
    return { outcome: error instanceof InterleaveError && error.kind === 'retry' ? error.code : 'INTERNAL' };
  }
}
