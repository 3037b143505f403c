import { createHmac } from 'node:crypto';
import type { ErrorCode } from '../../../core/errors.ts';
import type { Logger } from '../../../platform/process/log.ts';
import type { SearchRequest } from '../http/search-request.ts';

/**
 * One line for each access: what was done, to which case, with how many hits; never the words. Words are told apart by a
 * hash with the site secret, since a plain hash of an accession number could be tried out.
 */
export class Audit {
  readonly #log: Logger;
  readonly #secret: Buffer;

  constructor(log: Logger, secret: Buffer) {
    this.#log = log.child({ audit: true });
    this.#secret = secret;
  }

  searched(request: SearchRequest, hits: number, by: { accession: boolean }): void {
    this.#log.info(
      {
        query: this.#hash(request.words),
        filtered: Object.values(request.filters).some((value) =>
          Array.isArray(value) ? value.length > 0 : value !== undefined,
        ),
        byNumber: by.accession,
        from: request.from,
        hits,
      },
      'audit.search',
    );
  }

  viewed(caseId: string): void {
    this.#log.info({ caseId }, 'audit.case');
  }

  /** Who decided, and why, stands in the register. */
  decided(id: string, kind: string, caseId: string): void {
    this.#log.info({ id, kind, caseId }, 'audit.act');
  }

  actRefused(code: ErrorCode): void {
    this.#log.warn({ code }, 'audit.act.refused');
  }

  compared(caseId: string, hits: number): void {
    this.#log.info({ caseId, hits }, 'audit.similar');
  }

  /** A DICOMweb search: keys are never written down. */
  listed(level: string, results: number): void {
    this.#log.info({ level, results }, 'audit.dicomweb.search');
  }

  retrieved(caseIds: readonly string[], what: string): void {
    this.#log.info({ caseIds, what }, 'audit.dicomweb.retrieve');
  }

  /** '' for no words */
  #hash(words: string): string {
    const normalised = words.trim().toLowerCase();
    if (normalised === '') return '';
    return createHmac('sha256', this.#secret).update(`audit\u001f${normalised}`).digest('hex').slice(0, 16);
  }
}
