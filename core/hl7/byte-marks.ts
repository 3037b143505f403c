/**
 * The bytes of a message as text of one char per byte, in which no part of a character can be taken for a separator. A
 * byte stands as itself where it is a character of its own. Where it is a part of one, or belongs to a set of ISO 2022, the
 * char has the byte in its lower half and, in the upper one, a mark that says how it is to be read. Written as latin1
 * such text gives the same bytes: only the lower half counts there.
 */
import { DESIGNATIONS, decodeIn } from '../iso-2022.ts';

/** A part of a character of the message's own multi-byte set. */
export const PART = 1;
/** A part of an escape sequence: no text. */
export const SWITCH = 2;

const FIRST_SET = 3;
const SETS: readonly string[] = [...new Set([...DESIGNATIONS.values()].map(({ encoding }) => encoding))];

/** The mark of a set of `DESIGNATIONS`. */
export function markOf(encoding: string): number {
  return FIRST_SET + SETS.indexOf(encoding);
}

export function hasMarks(text: string): boolean {
  return MARKED.test(text);
}

const MARKED = /[\u0100-\uffff]/;

/** Decodes text with marks; what has none, or is a part of a character, is read by `decodeOwn`. */
export function decodeMarked(text: string, decodeOwn: (text: string) => string): string {
  let result = '';
  for (let from = 0; from < text.length; ) {
    const set = setAt(text, from);
    let to = from + 1;
    while (to < text.length && setAt(text, to) === set) to += 1;
    const run = text.slice(from, to);
    if (set === OWN) result += decodeOwn(run);
    else if (set !== SWITCH)
      result += decodeIn(SETS[set - FIRST_SET] ?? 'latin1', Buffer.from(run, 'latin1'));
    from = to;
  }
  return result;
}

/** Bytes that are no part of a character and bytes that are one are of the same set, the message's own. */
function setAt(text: string, at: number): number {
  const mark = text.charCodeAt(at) >> 8;
  return mark === PART ? OWN : mark;
}

const OWN = 0;
