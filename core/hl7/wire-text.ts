import { isAscii } from 'node:buffer';
import { InterleaveError } from '../errors.ts';
import { type CharacterSet, characterSet } from './character-sets.ts';
import { type Charset, messageCharset, ownSet } from './charset.ts';
import type { Delimiters } from './delimiters.ts';
import { type MarkOptions, markBytes, maySwitch } from './mark-bytes.ts';

/** A message's text of one char per byte, marked where a byte is no character of its own (`byte-marks.ts`). */
export interface WireText {
  text: string;
  charset: Charset;
}

/**
 * The text of a message whose MSH stands at `start`; `plain` is its bytes as latin1. ASCII, UTF-8 and the sets of ISO 8859
 * are that text. Throws `HL7_CHARACTER_SET_UNSUPPORTED` where it cannot be told which characters or separators the bytes are.
 */
export function wireText(bytes: Buffer, plain: string, start: number, delimiters: Delimiters): WireText {
  const switches = maySwitch(plain, delimiters.escape);
  const end = headerEnd(plain, start);
  const header = plain.slice(start, end);
  const isPlain = !switches && !NOT_ASCII.test(header);
  const declared = isPlain
    ? setsNamed(header, delimiters)
    : declaredSets(bytes.subarray(start, end), delimiters, switches);
  const own = ownSet(declared);
  if (!switches && own?.kind !== 'multi') return { text: plain, charset: messageCharset(declared, bytes) };
  const isUtf8 = own?.kind === 'multi' && messageCharset(declared, bytes).label === 'utf-8';
  if (!switches && (isUtf8 || isAscii(bytes)))
    return { text: plain, charset: messageCharset(declared, bytes) };
  const marked = markBytes(bytes, markOptions(declared, delimiters, isUtf8));
  if (marked.fault !== null)
    throw new InterleaveError(
      'HL7_CHARACTER_SET_UNSUPPORTED',
      `An escape sequence of ISO 2022: ${marked.fault}.`,
    );
  const charset = marked.hasOwnHighBytes
    ? messageCharset(declared, bytes)
    : { label: isUtf8 ? 'utf-8' : (own?.label ?? 'ascii'), contradicted: isUtf8 };
  return { text: marked.text, charset };
}

const NOT_ASCII = /[\u0080-\u00ff]/;

/** The text of an MSH segment, for an answer: marked where it can be told what its separators are. */
export function headerText(line: Buffer, delimiters: Delimiters): string {
  const plain = line.toString('latin1');
  const switches = maySwitch(plain, delimiters.escape);
  if (!switches && isAscii(line)) return plain;
  const options = markOptions(declaredSets(line, delimiters, switches), delimiters, false);
  const { text, fault } = markBytes(line, options);
  return fault === null ? text : plain;
}

/**
 * What MSH-18 names. Names in Chinese or Japanese may stand before it, and their second bytes look like separators: then
 * the set is the one in whose text MSH-18 names it.
 */
function declaredSets(header: Buffer, delimiters: Delimiters, switches: boolean): (CharacterSet | null)[] {
  const setsIn = (text: string): (CharacterSet | null)[] => setsNamed(text, delimiters);
  const plain = header.toString('latin1');
  const marked = (base: string): string =>
    markBytes(header, { ...markOptions([], delimiters, false), base, hasOwnHighSet: base !== '' }).text;
  const first = setsIn(switches ? marked('') : plain);
  if (isAscii(header)) return first;
  const own = ownSet(first);
  if (own?.kind === 'single') return first;
  for (const base of own === undefined ? MULTI_BYTE : [own.label, ...MULTI_BYTE]) {
    const sets = setsIn(marked(base));
    if (ownSet(sets)?.label === base) return sets;
  }
  return first;
}

/** Encodings whose second bytes may be ASCII. */
const MULTI_BYTE = ['gb18030', 'shift_jis', 'big5', 'euc-kr'];

function setsNamed(header: string, { field, repetition }: Delimiters): (CharacterSet | null)[] {
  const value = header.split(field, CHARACTER_SET)[CHARACTER_SET - 1] ?? '';
  const names = repetition === '' ? [value] : value.split(repetition, MAX_NAMES);
  return names.map((name) => characterSet(name.trim()));
}

/** MSH-1 is the separator itself: what stands behind the seventeenth is MSH-18. */
const CHARACTER_SET = 18;
const MAX_NAMES = 20;

function markOptions(
  declared: readonly (CharacterSet | null)[],
  delimiters: Delimiters,
  isUtf8: boolean,
): MarkOptions {
  const own = ownSet(declared);
  return {
    base: own?.kind === 'multi' && !isUtf8 ? own.label : '',
    hasOwnHighSet: own !== undefined,
    expectsSwitches: declared.some((set) => set?.kind === 'extension'),
    field: delimiters.field,
    escape: delimiters.escape,
  };
}

function headerEnd(plain: string, start: number): number {
  const cr = plain.indexOf('\r', start);
  const lf = plain.indexOf('\n', start);
  const end = Math.min(cr === -1 ? plain.length : cr, lf === -1 ? plain.length : lf);
  return end;
}
