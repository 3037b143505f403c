import { BatchTime } from './batch-time.ts';
import { type Turn, Turnstile } from './turnstile.ts';

/**
 * The answers to the messages of a batch (HL7 v2.5.1 2.10.3), one after the other, in one frame; null where none of them
 * wants an answer. The batch as a whole has a time, see `batch-time.ts`.
 */
export async function answerBatch(
  messages: readonly Buffer[],
  answerTimeoutMs: number,
  answer: (message: Buffer, turn: Turn, time: BatchTime) => Promise<Buffer | null>,
): Promise<Buffer | null> {
  const places = new Turnstile();
  const time = new BatchTime(answerTimeoutMs);
  const answers: Buffer[] = [];
  for (const message of messages) {
    const place = places.next();
    // As a frame does: whatever its answer, nothing behind it waits for it any longer.
    const one = await answer(message, place, time).finally(place.pass);
    if (one !== null) answers.push(one);
  }
  return answers.length === 0 ? null : Buffer.concat(answers);
}
