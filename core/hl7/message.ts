import { codeOf, InterleaveError } from '../errors.ts';
import { type Charset, decodeText } from './charset.ts';
import { type Delimiters, readDelimiters } from './delimiters.ts';
import { unescapeText } from './escape.ts';
import { MAX_REPETITIONS } from './limits.ts';
import { readPath } from './path.ts';
import { isBlankChar, segmentPlaces } from './segment-lines.ts';
import { withWholeText } from './torn-text.ts';
import { headerText, wireText } from './wire-text.ts';

/**
 * An HL7 v2 message, read lossless and lazily: its text has one char per byte, marked where a byte of a multi-byte character
 * is no separator (`byte-marks.ts`), and a field is cut out, unescaped and decoded only when somebody asks. `serialise`
 * gives the same bytes back, whatever they were. Separators come from MSH-1 and MSH-2, the character set from MSH-18 and
 * the bytes.
 */
export interface Message {
  /** what stood before MSH: a byte order mark, blank lines */
  prefix: string;
  delimiters: Delimiters;
  charset: Charset;
  segments: Segment[];
}

/** `raw` is the whole segment without its terminator; `terminator` is CR, LF, CRLF, blank lines, or '' at the end. */
export interface Segment {
  name: string;
  raw: string;
  terminator: string;
  separator: string;
  /** cut on first use, see `rawField` */
  fields: string[] | null;
}

/**
 * Where segments end is decided from the whole message (`segmentPlaces`): report text with line ends of its own stays
 * whole. Throws `HL7_NO_MSH`, `HL7_UNREADABLE` and `HL7_CHARACTER_SET_UNSUPPORTED`.
 */
export function parseMessage(bytes: Buffer): Message {
  const plain = bytes.toString('latin1');
  const start = headerStart(plain);
  const delimiters = readDelimiters(plain.slice(start, start + HEADER_SCAN));
  const { text, charset } = wireText(bytes, plain, start, delimiters);
  const segments = splitSegments(text, start, delimiters.field);
  return { prefix: text.slice(0, start), delimiters, charset, segments };
}

/** Like `parseMessage`, for who needs codes only: where no set is known its bytes are read as windows-1252. */
export function parseAnyhow(bytes: Buffer): Message {
  try {
    return parseMessage(bytes);
  } catch (error) {
    if (codeOf(error) !== 'HL7_CHARACTER_SET_UNSUPPORTED') throw error;
    const text = bytes.toString('latin1');
    const start = headerStart(text);
    const delimiters = readDelimiters(text.slice(start, start + HEADER_SCAN));
    const segments = splitSegments(text, start, delimiters.field);
    const charset = { label: 'windows-1252', contradicted: true };
    return { prefix: text.slice(0, start), delimiters, charset, segments };
  }
}

/** The MSH segment of a message that cannot be read otherwise. Throws `HL7_NO_MSH` and `HL7_UNREADABLE`. */
export function parseHeader(line: Buffer): { delimiters: Delimiters; msh: Segment } {
  const plain = line.toString('latin1');
  const start = headerStart(plain);
  const delimiters = readDelimiters(plain.slice(start, start + HEADER_SCAN));
  const raw = headerText(line.subarray(start), delimiters);
  return { delimiters, msh: { name: 'MSH', raw, terminator: '', separator: delimiters.field, fields: null } };
}

/** The bytes of the message, the same as were parsed. */
export function serialise(message: Message): Buffer {
  const text = message.segments.map((segment) => segment.raw + segment.terminator).join('');
  return Buffer.from(message.prefix + text, 'latin1');
}

/**
 * The text at a path like `MSH-10`, `OBR-18`, `PID-3[2].4`, `OBX-3.1.2` of the first segment of that name: unescaped and
 * decoded; '' where there is nothing or the HL7 null `""`. Repetition, component and sub-component count from 1.
 * A path without component gives the first component's text where the field is a composite one.
 */
export function textAt(message: Message, path: string): string {
  const place = readPath(path);
  const segment = message.segments.find((candidate) => candidate.name === place.segment);
  return segment === undefined ? '' : textIn(message, segment, path);
}

/** Like `textAt`, for one segment (the path's segment name is not compared). */
export function textIn(message: Message, segment: Segment, path: string): string {
  const { field } = readPath(path);
  const raw = rawField(segment, field);
  return isHeader(segment) && field <= 2 ? raw : textOf(message, raw, path);
}

/** Like `textIn`, for a field as it stands on the wire (the path's segment and field are not looked at). */
export function textOf(message: Message, raw: string, path: string): string {
  if (raw === '') return '';
  const { repetition, component, subcomponent } = readPath(path);
  const { delimiters } = message;
  const repeated = piece(raw, delimiters.repetition, repetition);
  const part = piece(repeated, delimiters.component, component);
  return readable(message, piece(part, delimiters.subcomponent, subcomponent));
}

/** The first `MAX_REPETITIONS` repetitions of a field: `path` may name a component, which is then cut from each. */
export function repetitions(message: Message, segment: Segment, path: string): string[] {
  const { field, component, subcomponent } = readPath(path);
  const { delimiters } = message;
  return rawRepetitions(message, segment, field).map((one) =>
    readable(
      message,
      piece(piece(one, delimiters.component, component), delimiters.subcomponent, subcomponent),
    ),
  );
}

/** The first `MAX_REPETITIONS` repetitions of a field as they stand on the wire. */
export function rawRepetitions(message: Message, segment: Segment, field: number): string[] {
  const raw = rawField(segment, field);
  const { repetition } = message.delimiters;
  return repetition === '' ? [raw] : raw.split(repetition, MAX_REPETITIONS);
}

/** A field as it stands on the wire, one char per byte; MSH-1 is the separator itself. */
export function rawField(segment: Segment | undefined, field: number): string {
  if (segment === undefined) return '';
  if (isHeader(segment)) {
    return field === 1 ? segment.separator : (fieldsOf(segment)[field - 1] ?? '');
  }
  return fieldsOf(segment)[field] ?? '';
}

/** Unescaped and decoded; the HL7 null is ''. */
export function readable(message: Message, raw: string): string {
  if (raw === '' || raw === '""') return '';
  return decodeText(unescapeText(raw, message.delimiters), message.charset);
}

const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const HEADER_SCAN = 64;

/** The first message may stand behind a byte order mark and blank lines; nothing else. */
function headerStart(source: string): number {
  let at = source.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  while (isBlankChar(source.charCodeAt(at))) at += 1;
  if (source.startsWith('MSH', at) && source.length > at + 4) return at;
  throw new InterleaveError('HL7_NO_MSH');
}

function splitSegments(source: string, start: number, separator: string): Segment[] {
  return segmentPlaces(source, start, separator).map(({ from, end, next }) => ({
    name: source.slice(from, from + 3),
    raw: source.slice(from, end),
    terminator: source.slice(end, next),
    separator,
    fields: null,
  }));
}

function isHeader(segment: Segment): boolean {
  return segment.name === 'MSH' || segment.name === 'BHS' || segment.name === 'FHS';
}

function fieldsOf(segment: Segment): string[] {
  segment.fields ??= withWholeText(segment.raw.split(segment.separator), segment.separator);
  return segment.fields;
}

/** The nth piece, counted from 1, without cutting the others. */
function piece(text: string, separator: string, n: number): string {
  if (separator === '' || text === '') return n === 1 ? text : '';
  let from = 0;
  for (let count = 1; count < n; count += 1) {
    const at = text.indexOf(separator, from);
    if (at === -1) return '';
    from = at + separator.length;
  }
  const end = text.indexOf(separator, from);
  return text.slice(from, end === -1 ? undefined : end);
}
