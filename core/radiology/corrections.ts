import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CaseCorrection } from './events.ts';

/** The decision with its seal: whoever can write to Kafka, and has not the site's secret, decides nothing. */
export function sealedCorrection(secret: Buffer, decision: Omit<CaseCorrection, 'seal'>): CaseCorrection {
  return { ...decision, seal: sealOf(secret, decision) };
}

export function isSealed(secret: Buffer, correction: CaseCorrection): boolean {
  return (
    isEqual(sealOf(secret, correction), correction.seal) ||
    isEqual(oldSealOf(secret, correction) ?? '', correction.seal)
  );
}

/**
 * The key in `radiology.case.correction`: the last decision of a kind for a case stays. It is made with the site's secret:
 * whoever has it not cannot guess the key under which a record of theirs would replace ours at the next compaction.
 * Decisions of before have `<case id>/<kind>`; the seal is what counts, under whatever key.
 */
export function correctionKey(
  secret: Buffer,
  { kind, caseId }: Pick<CaseCorrection, 'kind' | 'caseId'>,
): string {
  return hmac(secret, JSON.stringify(['correction key', kind, caseId])).slice(0, 32);
}

function sealOf(
  secret: Buffer,
  { kind, caseId, decidedAt, actor, reason }: Omit<CaseCorrection, 'seal'>,
): string {
  return hmac(secret, JSON.stringify(['correction', kind, caseId, decidedAt, actor, reason]));
}

/** Of decisions of before; null where a field holds the separator, which would let one seal stand for two decisions. */
function oldSealOf(
  secret: Buffer,
  { kind, caseId, decidedAt, actor, reason }: Omit<CaseCorrection, 'seal'>,
): string | null {
  const fields = ['correction', kind, caseId, String(decidedAt), actor, reason];
  return fields.some((field) => field.includes('\u001f')) ? null : hmac(secret, fields.join('\u001f'));
}

function hmac(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}

function isEqual(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}
