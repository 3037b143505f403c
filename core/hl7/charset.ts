import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { InterleaveError } from '../errors.ts';
import { decodeIn } from '../iso-2022.ts';
import { decodeMarked, hasMarks } from './byte-marks.ts';
import { type CharacterSet, isMultiByte } from './character-sets.ts';
import { markBytes } from './mark-bytes.ts';

/** How a message's own bytes become text. `label` is a name of the WHATWG Encoding Standard. */
export interface Charset {
  label: string;
  /** the message holds other bytes than MSH-18 says, or says nothing and holds more than ASCII */
  contradicted: boolean;
}

/**
 * The own character set of a message: what its bytes are counts more than what MSH-18 (table 0211) says, because many
 * senders leave it empty or write it once and never again. Bytes that are valid UTF-8 are UTF-8; otherwise the declared
 * set; otherwise windows-1252, which holds ISO 8859-1 and the typographic quotes of word processors. A multi-byte set that
 * is declared is believed, unless the bytes cannot be anything but UTF-8. `declared` has null for a name that is not known.
 * Throws `HL7_CHARACTER_SET_UNSUPPORTED` for bytes that would only be guessed at.
 */
export function messageCharset(declared: readonly (CharacterSet | null)[], bytes: Buffer): Charset {
  const own = ownSet(declared);
  if (isAscii(bytes)) return { label: own?.label ?? 'ascii', contradicted: false };
  if (own?.kind === 'multi' && !(isUtf8(bytes) && isUtf8Rather(bytes, own.label)))
    return { label: own.label, contradicted: false };
  if (isUtf8(bytes)) return { label: 'utf-8', contradicted: own?.label !== 'utf-8' };
  if (own !== undefined && own.label !== 'utf-8') return { label: own.label, contradicted: false };
  if (own === undefined && declared.some((set) => set === null || set.kind !== 'single'))
    throw new InterleaveError(
      'HL7_CHARACTER_SET_UNSUPPORTED',
      'The bytes are not in a character set that MSH-18 names.',
    );
  const text = bytes.toString('latin1');
  if (!PAIR.test(text)) return { label: 'windows-1252', contradicted: true };
  if (isMostlyUtf8(bytes)) return { label: 'utf-8', contradicted: true };
  if (isOtherScript(text))
    throw new InterleaveError(
      'HL7_CHARACTER_SET_UNSUPPORTED',
      'MSH-18 does not name the character set of the text.',
    );
  return { label: 'windows-1252', contradicted: true };
}

/** The first set of MSH-18 that has characters above 0x7F: the set of bytes that no escape sequence gives another. */
export function ownSet(declared: readonly (CharacterSet | null)[]): CharacterSet | undefined {
  return declared
    .filter((set) => set !== null)
    .find(({ kind, label }) => kind === 'multi' || (kind === 'single' && label !== 'ascii'));
}

/** Two bytes above 0x7F together: without any, a text is in no set of several bytes and of no other script. */
const PAIR = /[\u0080-\u00ff]{2}/;

/** Decodes text that still has one char per byte, with marks or without (`byte-marks.ts`). */
export function decodeText(text: string, charset: Charset): string {
  if (!NOT_ASCII.test(text)) return text;
  const own = (part: string): string => decodeOwn(part, charset.label);
  if (hasMarks(text)) return decodeMarked(text, own);
  if (!text.includes(ESCAPE)) return own(text);
  // Bytes that were written as `\X1B2442…\` switch, too.
  const marked = markBytes(Buffer.from(text, 'latin1'), {
    base: charset.label,
    hasOwnHighSet: false,
    expectsSwitches: false,
    field: '',
    escape: '',
  });
  return marked.fault === null ? decodeMarked(marked.text, own) : own(text);
}

const ESCAPE = '\u001b';
const NOT_ASCII = /[\u001b\u0080-\uffff]/;

function decodeOwn(text: string, label: string): string {
  // Node's decoder of windows-1252 is one of ISO 8859-1.
  if (label === 'windows-1252') return windows1252(text);
  const bytes = Buffer.from(text, 'latin1');
  if (label === 'utf-8') return bytes.toString('utf8');
  if (label === 'ascii') return isUtf8(bytes) ? bytes.toString('utf8') : windows1252(text);
  const decoded = decodeIn(label, bytes);
  return isMultiByte(label) ? decoded.replace(PRIVATE_USE, '\ufffd') : decoded;
}

/**
 * Characters that a site made itself, for rare names mostly: nobody else has a picture for their code. And C1 controls: what
 * a decoder makes of bytes that its table lacks (those of code page 949 in EUC-KR).
 */
const PRIVATE_USE = /[\u0080-\u009f\ue000-\uf8ff]/g;

function windows1252(text: string): string {
  return text.replace(C1_CONTROLS, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char);
}

const C1_CONTROLS = /[\u0080-\u009f]/g;
/** 0x80 to 0x9F; what is not assigned stays a control character. */
const WINDOWS_1252 = [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'];

/** Valid UTF-8 that is no text of the declared set, or that holds more of East Asia than chance would give. */
function isUtf8Rather(bytes: Buffer, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return true;
  }
  let long = 0;
  let short = 0;
  for (const byte of bytes) {
    if (byte >= 0xe0) long += 1;
    else if (byte >= 0xc0) short += 1;
  }
  return long >= MIN_LONG_SEQUENCES && long > short;
}

/** Characters of three bytes: as many are valid UTF-8 by chance in one of ten million texts of another set. */
const MIN_LONG_SEQUENCES = 4;

/** More characters that are UTF-8 than bytes that are none: a text that was cut within a character. */
function isMostlyUtf8(bytes: Buffer): boolean {
  let whole = 0;
  let broken = 0;
  for (const [found] of bytes.toString('utf8').matchAll(/[\u0080-\uffff]/g)) {
    if (found === '\ufffd') broken += 1;
    else whole += 1;
  }
  return whole > broken;
}

/**
 * True where most bytes above 0x7F stand in long runs of different ones: Western languages have an accented letter here
 * and there, and a rule of one character; whole words are of another script.
 */
function isOtherScript(text: string): boolean {
  const runs = (text.match(LONG_RUN) ?? []).filter((run) => new Set(run).size >= MIN_DIFFERENT);
  const inRuns = runs.reduce((length, run) => length + run.length, 0);
  return inRuns >= MIN_IN_RUNS && inRuns * 2 > text.replace(ASCII, '').length;
}

const LONG_RUN = /[\u0080-\u00ff]{4,}/g;
const ASCII = /[\u0000-\u007f]+/g;
const MIN_DIFFERENT = 3;
const MIN_IN_RUNS = 12;
