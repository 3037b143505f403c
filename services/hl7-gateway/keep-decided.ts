import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { EventProducer } from '../../platform/kafka/producer.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { Logger } from '../../platform/process/log.ts';
import type { Decision, Verdict } from './accept-message.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { type Kept, keepRefused, keepReport } from './keep-message.ts';
import type { Admission, AnswerCode, RecentMessages } from './recent-messages.ts';
import type { Turn } from './turnstile.ts';

export interface KeepOptions {
  /** the answer to another message under a MSH-10 that was used already */
  controlIdReuse: 'refuse' | 'accept';
  /** the answer to message types that are not handled; they are kept in both cases */
  otherTypes: 'refuse' | 'accept';
  store: ObjectStore;
  producer: EventProducer;
  recent: RecentMessages;
  metrics: GatewayMetrics;
  log: Logger;
}

/** Makes durable what was decided about a message, once: a repeat of a message that is kept is answered as that was. */
export async function keepDecided(
  bytes: Buffer,
  { messageKey, bodyDigest, verdict }: Decision,
  turn: Turn,
  now: number,
  options: KeepOptions,
): Promise<Kept> {
  const { recent, metrics, controlIdReuse } = options;
  if (!verdict.accept) {
    turn.pass();
    return keepUnhandled(bytes, verdict.code, options);
  }
  const attempt = (): Promise<AnswerCode> => keepReport(bytes, verdict.events, turn, options);
  const admission: Admission =
    messageKey === ''
      ? { standing: 'NEW', outcome: await attempt() }
      : await recent.admit({ key: messageKey, bodyDigest, now }, attempt, turn.pass);
  if (admission.standing === 'REPEAT') {
    metrics.repeats.inc();
    return { outcome: null };
  }
  if (admission.standing === 'REUSED' && controlIdReuse === 'refuse')
    return keepRefused(bytes, 'HL7_CONTROL_ID_REUSED', options);
  const outcome = admission.standing === 'NEW' ? admission.outcome : await attempt();
  if (outcome === null) countEvents(verdict, metrics);
  // What can never be written must not come again and again: it is kept as refused.
  return outcome === 'EVENT_TOO_LARGE' || outcome === 'INTERNAL'
    ? keepRefused(bytes, outcome, options)
    : { outcome };
}

/** The outcome, or `KAFKA_UNAVAILABLE` when it takes too long: it may still become durable, and a repeat is harmless. */
export async function within(
  work: Promise<Kept>,
  limitMs: number,
  keeping: (work: Promise<unknown>) => void,
): Promise<Kept> {
  const kept = work.catch((error: unknown): Kept => ({ outcome: codeOf(error) }));
  keeping(kept);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Kept>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: 'KAFKA_UNAVAILABLE' }), limitMs);
  });
  return Promise.race([kept, late]).finally(() => clearTimeout(timer));
}

async function keepUnhandled(bytes: Buffer, code: ErrorCode, options: KeepOptions): Promise<Kept> {
  const kept = await keepRefused(bytes, code, options);
  const { otherTypes, metrics, log } = options;
  const isAccepted =
    kept.outcome === 'HL7_NO_RESULT' || (kept.outcome === 'HL7_TYPE_UNSUPPORTED' && otherTypes === 'accept');
  if (!isAccepted) return kept;
  metrics.unsupportedAccepted.inc({ code });
  log.info({ code, bytes: bytes.length, deadLetter: kept.deadLetter }, 'message.unsupported.accepted');
  return { outcome: null };
}

type Accepted = Extract<Verdict, { accept: true }>;

function countEvents({ events, ordersWithoutResult }: Accepted, metrics: GatewayMetrics): void {
  metrics.events.inc(events.length);
  metrics.ordersWithoutResult.inc(ordersWithoutResult);
  for (const { problem } of events) if (problem !== null) metrics.problems.inc({ code: problem });
}
