import { z } from 'zod';
import { InterleaveError } from '../../../core/errors.ts';
import { isCaseId } from '../../../core/radiology/case-key.ts';
import { ACT_KINDS, type ActKind } from '../../../core/radiology/corrections.ts';
import {
  MAX_ACT_CASES,
  MAX_ACT_IDENTITY_LENGTH,
  MAX_ACT_NAME_LENGTH,
  MAX_ACT_OBJECTS,
  MAX_ACT_REPORTS,
  MAX_ACT_TEXT_LENGTH,
} from './limits.ts';

/** What something carries out. The others have their place in the record, and are refused until something does. */
const APPLIED: ReadonlySet<ActKind> = new Set(['ERASE']);

const caseId = z.string().refine(isCaseId);
/** Kafka holds UTF-8. Half a surrogate pair would come back as another character, and the seal would not be that of the act. */
const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text);
const words = (length: number) => z.string().max(length).refine(isWellFormed);
const line = (length: number) => words(length).regex(/^[^\u0000-\u001f\u007f]*$/);
const filled = (length: number) => line(length).refine((text) => text.trim() !== '');

const actRequest = z.strictObject({
  kind: z.enum(ACT_KINDS),
  caseId: caseId.or(z.literal('')).default(''),
  actor: filled(MAX_ACT_NAME_LENGTH),
  reason: words(MAX_ACT_TEXT_LENGTH).refine((text) => text.trim() !== ''),
  targetCaseId: caseId.or(z.literal('')).default(''),
  caseIds: z.array(caseId).max(MAX_ACT_CASES).default([]),
  reports: z
    .array(
      z.strictObject({
        facility: line(MAX_ACT_IDENTITY_LENGTH),
        fillerNumber: filled(MAX_ACT_IDENTITY_LENGTH),
      }),
    )
    .max(MAX_ACT_REPORTS)
    .default([]),
  sopInstanceUids: z
    .array(z.string().regex(/^[0-9.]{1,64}$/))
    .max(MAX_ACT_OBJECTS)
    .default([]),
  subject: line(MAX_ACT_NAME_LENGTH).default(''),
  statement: words(MAX_ACT_TEXT_LENGTH).default(''),
});

export type Act = z.infer<typeof actRequest>;

/**
 * The body of `POST /api/acts`. Throws `ACT_INVALID`, naming the fields that are wrong, never what stands in them;
 * `ACT_NOT_APPLIED` for a kind that nothing carries out yet.
 */
export function parseAct(body: unknown): Act {
  const { data: act, error } = actRequest.safeParse(body ?? {});
  if (error !== undefined) {
    const problems = error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? 'a field is not known here'
        : `${issue.path.join('.') || 'the body'}: ${issue.code.replaceAll('_', ' ')}`,
    );
    throw new InterleaveError('ACT_INVALID', `${[...new Set(problems)].slice(0, MAX_TOLD).join('; ')}.`);
  }
  if (!APPLIED.has(act.kind)) throw new InterleaveError('ACT_NOT_APPLIED', `${act.kind}.`);
  const { targetCaseId, caseIds, reports, sopInstanceUids, subject, statement } = act;
  const namesMore = [targetCaseId, caseIds, reports, sopInstanceUids, subject, statement].some(
    ({ length }) => length > 0,
  );
  if (act.caseId === '' || namesMore)
    throw new InterleaveError('ACT_INVALID', 'An erasure is of one whole case: caseId, and nothing else.');
  return act;
}

const MAX_TOLD = 10;
