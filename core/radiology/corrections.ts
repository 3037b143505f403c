import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CaseCorrection } from './events.ts';

/** The decision with its seal: whoever can write to Kafka, and has not the site's secret, decides nothing. */
export function sealedCorrection(secret: Buffer, decision: Omit<CaseCorrection, 'seal'>): CaseCorrection {
  return { ...decision, seal: sealOf(secret, decision) };
}

export function isSealed(secret: Buffer, correction: CaseCorrection): boolean {
  const expected = Buffer.from(sealOf(secret, correction));
  const given = Buffer.from(correction.seal);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The key in `radiology.case.correction`: the last decision of a kind for a case stays. */
export function correctionKey({ kind, caseId }: Pick<CaseCorrection, 'kind' | 'caseId'>): string {
  return `${caseId}/${kind}`;
}

function sealOf(
  secret: Buffer,
  { kind, caseId, decidedAt, actor, reason }: Omit<CaseCorrection, 'seal'>,
): string {
  const text = ['correction', kind, caseId, String(decidedAt), actor, reason].join('\u001f');
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}
