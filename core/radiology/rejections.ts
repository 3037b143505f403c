import { createHmac } from 'node:crypto';
import type { Case, Rejection } from './events.ts';
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

/** The first rejection of each object that is known, read from `radiology.image.rejected`. Nothing is ever taken out. */
export class RejectedImages {
  readonly #byUid = new Map<string, Rejection>();

  /** Whether it says anything new. */
  add(rejection: Rejection): boolean {
    const known = this.#byUid.get(rejection.sopInstanceUid);
    if (known !== undefined && compareRejections(known, rejection) <= 0) return false;
    this.#byUid.set(rejection.sopInstanceUid, rejection);
    return true;
  }

  get(sopInstanceUid: string): Rejection | undefined {
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
  const found = state.images.flatMap(({ received }) => known.get(received.sopInstanceUid) ?? []);
  const rejections = mergeRejections(state.rejections, found, state.images);
  const isSame =
    rejections.length === state.rejections.length &&
    rejections.every((one, i) => compareRejections(one, state.rejections[i] ?? one) === 0);
  return isSame ? state : { ...state, rejections };
}

/**
 * The first of each object: a least element, so that the merge stays idempotent and free of order. Only objects that the
 * case holds have one, which bounds the list; what is left out by a limit is left out for good.
 */
export function mergeRejections(
  a: readonly Rejection[],
  b: readonly Rejection[],
  images: Case['images'],
): Rejection[] {
  if (a.length === 0 && b.length === 0) return [];
  const first = new Map<string, Rejection>();
  for (const rejection of [...a, ...b]) {
    const known = first.get(rejection.sopInstanceUid);
    if (known === undefined || compareRejections(rejection, known) < 0)
      first.set(rejection.sopInstanceUid, rejection);
  }
  const held = new Set(images.map(({ received }) => received.sopInstanceUid));
  return [...first.values()].filter(({ sopInstanceUid }) => held.has(sopInstanceUid)).sort(compareRejections);
}

function compareRejections(a: Rejection, b: Rejection): number {
  return (
    compareText(a.sopInstanceUid, b.sopInstanceUid) ||
    a.rejectedAt - b.rejectedAt ||
    compareText(a.noteUid, b.noteUid) ||
    compareText(a.titleCode, b.titleCode)
  );
}
