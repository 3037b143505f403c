import { createHmac } from 'node:crypto';
import type { Case, Rejection, Removal } from './events.ts';
import { isSelection } from './fit-image.ts';
import { removeFrom } from './merge.ts';
import { compareText } from './total-order.ts';

/**
 * Titles of CID 7011: the selection withdraws what it names. 113001 for quality reasons, 113037 for patient safety,
 * 113038 incorrect worklist entry, 113039 data retention expired (IHE RAD Imaging Object Change Management).
 */
const REJECTION_TITLES: ReadonlySet<string> = new Set(['113001', '113037', '113038', '113039']);

/** By the code value alone: whatever coding scheme the sender names, none has these numbers for another title. */
export function isRejectionNote(titleCode: string): boolean {
  return REJECTION_TITLES.has(titleCode);
}

/**
 * The key of a rejection in its register: each note counts for itself, whatever else rejects the same object. It is made
 * with the site's secret, so that no UID stands in a key, and whoever has not the secret writes none that counts.
 */
export function rejectionKey(secret: Buffer, { sopInstanceUid, noteUid }: Rejection): string {
  const text = `rejection\u001f${sopInstanceUid}\u001f${noteUid}`;
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex').slice(0, 32);
}

/** A rejection and its offset in the register, -1 where it is not known. */
export interface KnownRejection extends Rejection {
  offset: number;
}

/** The first rejection of each object that is known, read from `radiology.image.rejected`. Nothing is ever taken out. */
export class RejectedImages {
  readonly #byUid = new Map<string, KnownRejection>();

  /** Whether it says anything new. */
  add(rejection: Rejection, offset = -1): boolean {
    const known = this.#byUid.get(rejection.sopInstanceUid);
    if (known !== undefined && compareRejections(known, rejection) <= 0) return false;
    this.#byUid.set(rejection.sopInstanceUid, { ...rejection, offset });
    return true;
  }

  get(sopInstanceUid: string): KnownRejection | undefined {
    return this.#byUid.get(sopInstanceUid);
  }

  has(sopInstanceUid: string): boolean {
    return this.#byUid.has(sopInstanceUid);
  }

  get uids(): Iterable<string> {
    return this.#byUid.keys();
  }

  get size(): number {
    return this.#byUid.size;
  }
}

/** The case with what is known of the rejection of its objects. The same state where that is nothing new. */
export function rejectImages(state: Case, known: Pick<RejectedImages, 'get'>): Case {
  const found = state.images.flatMap(({ received }) => {
    const rejection = known.get(received.sopInstanceUid);
    return rejection === undefined ? [] : removalBy(rejection, isSelection(received.kind));
  });
  return removeFrom(state, found);
}

function removalBy({ offset, ...rejection }: KnownRejection, ofSelection: boolean): Removal {
  return {
    what: ofSelection ? 'SELECTION' : 'IMAGE',
    sopInstanceUid: rejection.sopInstanceUid,
    report: null,
    why: 'REJECTED',
    code: rejection.titleCode,
    by: rejection.noteUid,
    decidingOffset: offset,
    decidedAt: rejection.rejectedAt,
    frames: [],
  };
}

function compareRejections(a: Rejection, b: Rejection): number {
  return (
    compareText(a.sopInstanceUid, b.sopInstanceUid) ||
    a.rejectedAt - b.rejectedAt ||
    compareText(a.noteUid, b.noteUid) ||
    compareText(a.titleCode, b.titleCode)
  );
}
