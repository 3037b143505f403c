import { createHash } from 'node:crypto';
import { hasWaitedTooLong } from '../../../core/radiology/standing.ts';
import type { CaseDocument } from '../../../schemas/index/case-document.ts';

/** What Elasticsearch says of the writing of a document; it changes whenever the document is written, in any index. */
export interface WrittenDocument {
  _index: string;
  _version?: number | undefined;
  _seq_no?: number | undefined;
  _primary_term?: number | undefined;
  /** what is known of its rejected images (`ShownImages.stateOf`): they go from what is shown before anything is written */
  _shown?: string | undefined;
}

/** The fields that tell whether a case has waited too long, which time decides and no writing. */
export const WAITING_FIELDS = ['standing', 'first_received_at'] as const;

/**
 * The strong entity tag (RFC 9110 8.8.3) of a case as it is shown, without its quotes. Two tags can only be compared for
 * equality: an index that is built anew may count its versions from below. It may change where nothing that is shown did.
 */
export function entityTag(
  { _index, _version, _seq_no, _primary_term, _shown }: WrittenDocument,
  { standing, first_received_at }: Pick<CaseDocument, (typeof WAITING_FIELDS)[number]>,
  now: number = Date.now(),
): string {
  const late = hasWaitedTooLong(standing, first_received_at, now);
  const parts = [_index, _version, _seq_no, _primary_term, late, _shown].join('\u001f');
  return createHash('sha256').update(parts).digest('hex').slice(0, 16);
}

/** Whether `If-None-Match` names this tag (RFC 9110 13.1.2); a weak one counts, `*` names every tag. */
export function namesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const named = (ifNoneMatch ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''));
  return named.includes('*') || named.includes(`"${tag}"`);
}
