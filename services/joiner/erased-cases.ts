import { type CaseCorrection, isSealed } from '../../core/radiology/corrections.ts';
import { type ErasedThing, erasureTrace } from '../../core/radiology/erasure-traces.ts';

/** Cases that were erased by a decision, and the traces of what they held, read from `radiology.case.correction`. Nothing is ever taken out. */
export class ErasedCases {
  readonly #secret: Buffer;
  readonly #decidedAt = new Map<string, number>();
  readonly #traces = new Set<string>();

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /**
   * Takes in a record of the register: whether it has our seal. One without decides nothing; nor does one of a kind that is
   * not for us.
   */
  add(correction: CaseCorrection): boolean {
    if (!isSealed(this.#secret, correction)) return false;
    const { kind, caseId, decidedAt } = correction;
    if (kind === 'ERASE') this.#decidedAt.set(caseId, Math.max(decidedAt, this.#decidedAt.get(caseId) ?? 0));
    if (kind === 'ERASED') for (const trace of correction.erased) this.#traces.add(trace);
    return true;
  }

  has(caseId: string): boolean {
    return this.#decidedAt.has(caseId);
  }

  /** Whether an erased case held this report or object. */
  held(thing: ErasedThing): boolean {
    return this.#traces.size > 0 && this.#traces.has(erasureTrace(this.#secret, thing));
  }

  /** When the last erasure of a case was decided; null where none was. */
  decidedAt(caseId: string): number | null {
    return this.#decidedAt.get(caseId) ?? null;
  }

  /** Entries: cases and traces. */
  get size(): number {
    return this.#decidedAt.size + this.#traces.size;
  }

  get caseIds(): Iterable<string> {
    return this.#decidedAt.keys();
  }
}
