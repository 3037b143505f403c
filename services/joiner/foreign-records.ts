import { codeOf } from '../../core/errors.ts';
import { isCaseId } from '../../core/radiology/case-key.ts';
import type { FetchedRecord } from '../../platform/kafka/fetched-records.ts';
import { events } from '../../schemas/events.ts';

/**
 * Records of `radiology.case` that no joiner wrote: whoever can reach the broker can write one. The last of each case;
 * null is a tombstone.
 */
export type ForeignRecords = ReadonlyMap<string, Buffer | null>;

/** What is done about them. */
export interface Undone {
  /** what is written again; null where there was no case before */
  write: Map<string, Buffer | null>;
  /** tombstones that stay: they end a state that nobody can read (`docs/operations.md`) */
  accepted: string[];
  told: { key: string; code: 'CASE_RECORD_FOREIGN' }[];
}

export interface KnownCases {
  stateOf(caseId: string): Buffer | null | undefined;
  isErased(caseId: string): boolean;
  /** whether a case belongs to this partition */
  isOwn(caseId: string): boolean;
}

/**
 * The state that was known is written again, whatever the foreign record said. A key that is none of this partition's
 * cases is only told: its case stands elsewhere, untouched.
 */
export function undoForeign(foreign: ForeignRecords, { stateOf, isErased, isOwn }: KnownCases): Undone {
  const undone: Undone = { write: new Map(), accepted: [], told: [] };
  for (const [key, value] of foreign) {
    undone.told.push({ key, code: 'CASE_RECORD_FOREIGN' });
    if (!isCaseId(key) || !isOwn(key)) continue;
    const state = isErased(key) ? null : (stateOf(key) ?? null);
    if (state === null) {
      if (value !== null) undone.write.set(key, null);
    } else if (value === null && !isReadable(state)) undone.accepted.push(key);
    else undone.write.set(key, state);
  }
  return undone;
}

/**
 * Tells records of joiners from others' while a partition is restored: a joiner writes in transactions, and no tombstone
 * without a decision. Records before the first transaction that is seen are taken as they are: a topic that was copied
 * from another cluster has none.
 */
export class RestoreFilter {
  readonly #known: Pick<KnownCases, 'stateOf' | 'isErased'>;
  readonly #left = new Set<string>();
  #behindOurs: boolean;
  /** to be undone when the partition is ours */
  readonly foreign = new Map<string, Buffer | null>();
  /** cases whose state before a foreign record is not known any more */
  readonly gone = new Set<string>();

  /** `behindOurs`: what is read follows something that a joiner wrote */
  constructor(known: Pick<KnownCases, 'stateOf' | 'isErased'>, behindOurs: boolean) {
    this.#known = known;
    this.#behindOurs = behindOurs;
  }

  /** What goes into the cache of these records. */
  take(records: readonly FetchedRecord[]): Map<string, Buffer | null> {
    const kept = new Map<string, Buffer | null>();
    for (const record of records) {
      const { key, value } = record;
      if (record.transactional) this.#behindOurs = true;
      const state = (kept.has(key) ? kept.get(key) : this.#known.stateOf(key)) ?? null;
      if (!this.#isForeign(record, state)) {
        kept.set(key, value);
        this.foreign.delete(key);
        this.gone.delete(key);
      } else if (state === null) {
        if (!this.#known.isErased(key)) this.gone.add(key);
        if (value !== null) kept.set(key, value);
        this.#left.add(key);
      } else if (value === null && !isReadable(state)) kept.set(key, null);
      else this.foreign.set(key, value);
    }
    return kept;
  }

  #isForeign({ key, value, transactional }: FetchedRecord, state: Buffer | null): boolean {
    if (!transactional) return this.#behindOurs;
    const decided = this.#known.isErased(key) || this.#left.has(key);
    return value === null && state !== null && !decided && isReadable(state);
  }
}

/** Throws `SCHEMA_UNKNOWN`: whether the state of a newer joiner is readable is not known yet. */
function isReadable(state: Buffer): boolean {
  try {
    events.case.decode(state);
    return true;
  } catch (error) {
    if (codeOf(error) === 'SCHEMA_UNKNOWN') throw error;
    return false;
  }
}
