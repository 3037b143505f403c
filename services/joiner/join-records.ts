import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { type ErasedThing, holdsThing } from '../../core/radiology/erasure-traces.ts';
import type { Case } from '../../core/radiology/events.ts';
import { type RejectedImages, rejectImages } from '../../core/radiology/rejections.ts';
import type { ConsumedRecord } from '../../platform/kafka/consumer.ts';
import { events } from '../../schemas/events.ts';
import { type IndexChange, indexChange } from './image-index.ts';
import { leftOutRecords } from './left-out-records.ts';
import { type Mergeable, readMergeable, unusedObjects } from './read-mergeable.ts';

export interface Joined {
  /** the new states, encoded; only of cases that really changed */
  changed: Map<string, Buffer>;
  /** what they change in the index of objects */
  index: Map<string, IndexChange>;
  /** what no case holds: records that can never be merged, and what a limit left out; and why */
  refused: { record: ConsumedRecord; code: ErrorCode }[];
  /** records of what was erased: dropped for good, with what only they have in the folder of a case that goes on */
  erased: { record: ConsumedRecord; objects: string[] }[];
  /** objects that came again with other bytes */
  replaced: number;
}

/** What was decided elsewhere, and acts on every case that is touched. */
export interface Decided {
  rejected: Pick<RejectedImages, 'get'>;
  /** an erased case takes nothing in any more */
  isErased(caseId: string): boolean;
  /** what an erased case held is not taken in by another case either, unless that one holds it already */
  wasHeldByErased(thing: ErasedThing): boolean;
}

/**
 * Merges records of both inputs into their cases, and applies what was decided to these and to `alsoApply`, cases that
 * are there already. `stateOf` gives the newest state of a case in bytes. Throws `CASE_UNREADABLE` for a state that cannot
 * be read, `SCHEMA_UNKNOWN` for one of a newer joiner's: nothing may be written over it.
 */
export function joinRecords(
  records: readonly ConsumedRecord[],
  stateOf: (caseId: string) => Buffer | undefined,
  decided: Decided = NOTHING_DECIDED,
  alsoApply: { partition: number; caseIds: Iterable<string> } = { partition: 0, caseIds: [] },
): Joined {
  const before = new Map<string, { bytes: Buffer | undefined; state: Case | null }>();
  const known = (caseId: string, partition: number) => {
    let one = before.get(caseId);
    if (one === undefined) {
      const bytes = stateOf(caseId);
      one = { bytes, state: bytes === undefined ? null : readState(bytes, caseId, partition) };
      before.set(caseId, one);
    }
    return one;
  };
  const after = new Map<string, Case>();
  const refused: Joined['refused'] = [];
  const erased: Joined['erased'] = [];
  for (const record of records) {
    let event: Mergeable;
    try {
      event = readMergeable(record);
    } catch (error) {
      if (codeOf(error) === 'SCHEMA_UNKNOWN') throw error;
      refused.push({ record, code: codeOf(error) });
      continue;
    }
    if (decided.isErased(record.key)) {
      erased.push({ record, objects: [] });
      continue;
    }
    try {
      const state = after.get(record.key) ?? known(record.key, record.partition).state;
      if (decided.wasHeldByErased(event.thing) && !holdsThing(state, event.thing)) {
        erased.push({ record, objects: unusedObjects(event.objects, state) });
        continue;
      }
      const merged = event.merge(state);
      if (merged === null) continue;
      after.set(record.key, merged.state);
      for (const left of leftOutRecords(record, merged.leftOut))
        refused.push({ record: left, code: 'CASE_FULL' });
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'CASE_TOO_LARGE') throw error;
      refused.push({ record, code });
    }
  }
  for (const caseId of alsoApply.caseIds) {
    const state = after.get(caseId) ?? known(caseId, alsoApply.partition).state;
    if (state !== null && !decided.isErased(caseId)) after.set(caseId, state);
  }
  const changed = new Map<string, Buffer>();
  const index = new Map<string, IndexChange>();
  let replaced = 0;
  for (const [caseId, merged] of after) {
    const state = rejectImages(merged, decided.rejected);
    const first = before.get(caseId);
    const bytes = events.case.encode(state);
    if (first?.bytes === undefined || !bytes.equals(first.bytes)) {
      changed.set(caseId, bytes);
      index.set(caseId, indexChange(first?.state ?? null, state));
    }
    replaced += replacedIn(state) - replacedIn(first?.state ?? null);
  }
  return { changed, index, refused, erased, replaced };
}

const NOTHING_DECIDED: Decided = {
  rejected: { get: () => undefined },
  isErased: () => false,
  wasHeldByErased: () => false,
};

/** The key is a case id here: a record that is keyed by anything else was refused. */
function readState(bytes: Buffer, key: string, partition: number): Case {
  try {
    return events.case.decode(bytes);
  } catch (cause) {
    if (codeOf(cause) === 'SCHEMA_UNKNOWN') throw cause;
    throw new InterleaveError(
      'CASE_UNREADABLE',
      `Case ${key} of partition ${partition}: see docs/operations.md.`,
      { cause },
    );
  }
}

function replacedIn(state: Case | null): number {
  return state?.images.filter(({ replaced }) => replaced).length ?? 0;
}
