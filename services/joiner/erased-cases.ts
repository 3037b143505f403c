import { isSealed } from '../../core/radiology/corrections.ts';
import type { CaseCorrection } from '../../core/radiology/events.ts';

/** The cases that were erased by a decision, read from `radiology.case.correction`. Nothing is ever taken out. */
export class ErasedCases {
  readonly #secret: Buffer;
  readonly #decidedAt = new Map<string, number>();

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** Whether it decides anything: a record without our seal does not, nor one of a kind that is not known here. */
  add(correction: CaseCorrection): boolean {
    if (correction.kind !== 'ERASE' || !isSealed(this.#secret, correction)) return false;
    const { caseId, decidedAt } = correction;
    this.#decidedAt.set(caseId, Math.max(decidedAt, this.#decidedAt.get(caseId) ?? 0));
    return true;
  }

  has(caseId: string): boolean {
    return this.#decidedAt.has(caseId);
  }

  /** When the last erasure of a case was decided; null where none was. */
  decidedAt(caseId: string): number | null {
    return this.#decidedAt.get(caseId) ?? null;
  }

  get size(): number {
    return this.#decidedAt.size;
  }

  get caseIds(): Iterable<string> {
    return this.#decidedAt.keys();
  }
}
