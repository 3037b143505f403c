import { createHmac, timingSafeEqual } from 'node:crypto';

/** `radiology.case.correction`: an act of a person, or what an erasure left behind. */
export interface CaseCorrection {
  /** one of `ACT_KINDS`, `ERASED`, or what a newer build knows */
  kind: string;
  /** the case that it applies to first; '' where it applies to none */
  caseId: string;
  decidedAt: number;
  /** who decided */
  actor: string;
  /** why (phi: whoever types it may name a patient) */
  reason: string;
  /** made with the site's secret: a decision without it is none */
  seal: string;
  /** hex; '' where it was decided before acts had one, and of what an erasure left behind */
  id: string;
  /** false where the caller stated who the actor is */
  actorVerified: boolean;
  /** '' for none */
  targetCaseId: string;
  /** further cases */
  caseIds: string[];
  /** identities (phi) */
  reports: { facility: string; fillerNumber: string }[];
  /** (phi) */
  sopInstanceUids: string[];
  /** what it is about where that is no case */
  subject: string;
  /** what was said (phi) */
  statement: string;
  /** what an erasure left behind (`erasure-traces.ts`) */
  erased: string[];
}

/** What a person can decide. */
export const ACT_KINDS = [
  'JOIN',
  'MOVE',
  'SPLIT',
  'REJECT',
  'WITHDRAW',
  'ERASE',
  'ANSWER',
  'COHORT',
  'TOPIC_NAME',
  'REVEAL',
] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** What is decided; what is not given is empty. */
export type Decision = Pick<CaseCorrection, 'kind' | 'caseId' | 'decidedAt' | 'actor' | 'reason'> &
  Partial<Omit<CaseCorrection, 'seal'>>;

/** The decision with its seal: whoever can write to Kafka, and has not the site's secret, decides nothing. */
export function sealedCorrection(secret: Buffer, decision: Decision): CaseCorrection {
  const whole = { ...EMPTY, ...decision };
  return { ...whole, seal: sealOf(secret, whole) };
}

/** Whether the seal is ours: over every field, or as decisions of before have it, which had the first five alone. */
export function isSealed(secret: Buffer, correction: CaseCorrection): boolean {
  if (isEqual(sealOf(secret, correction), correction.seal)) return true;
  if (filledFields(correction).length > 0) return false;
  return [firstSealOf, secondSealOf].some((seal) => isEqual(seal(secret, correction) ?? '', correction.seal));
}

/**
 * The key in `radiology.case.correction`. Two acts never share one, so that compaction keeps both, whatever they decide; an
 * act that is written twice stands there once. Nobody can guess the key without the site's secret, and so replace an act
 * by a record of theirs. Erasures of before have keys of other forms; the seal is what counts, under whatever key.
 */
export function correctionKey(secret: Buffer, { seal }: Pick<CaseCorrection, 'seal'>): string {
  return hmac(secret, JSON.stringify(['act key', seal])).slice(0, 32);
}

const EMPTY = {
  id: '',
  actorVerified: false,
  targetCaseId: '',
  caseIds: [],
  reports: [],
  sopInstanceUids: [],
  subject: '',
  statement: '',
  erased: [],
} satisfies Partial<CaseCorrection>;

/**
 * A field that is empty is not part of the seal. So a build that does not know a field yet still reads every act that
 * does not use it.
 */
function filledFields(correction: Omit<CaseCorrection, 'seal'>): [string, unknown][] {
  const { id, actorVerified, targetCaseId, caseIds, reports, sopInstanceUids, subject, statement, erased } =
    correction;
  const identities = reports.map(({ facility, fillerNumber }) => [facility, fillerNumber]);
  const fields: [string, string | boolean | readonly unknown[]][] = [
    ['id', id],
    ['actorVerified', actorVerified],
    ['targetCaseId', targetCaseId],
    ['caseIds', caseIds],
    ['reports', identities],
    ['sopInstanceUids', sopInstanceUids],
    ['subject', subject],
    ['statement', statement],
    ['erased', erased],
  ];
  return fields.filter(([, value]) => (typeof value === 'boolean' ? value : value.length > 0));
}

function sealOf(secret: Buffer, correction: Omit<CaseCorrection, 'seal'>): string {
  const { kind, caseId, decidedAt, actor, reason } = correction;
  return hmac(
    secret,
    JSON.stringify(['act', kind, caseId, decidedAt, actor, reason, filledFields(correction)]),
  );
}

/** Of decisions before acts had an id. */
function secondSealOf(
  secret: Buffer,
  { kind, caseId, decidedAt, actor, reason }: Omit<CaseCorrection, 'seal'>,
): string {
  return hmac(secret, JSON.stringify(['correction', kind, caseId, decidedAt, actor, reason]));
}

/** Of the first decisions; null where a field holds the separator, which would let one seal stand for two decisions. */
function firstSealOf(
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
