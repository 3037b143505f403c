import { InterleaveError } from '../errors.ts';
import { MAX_SEGMENTS } from './limits.ts';
import { OpenSegment } from './open-segment.ts';
import { isKnownSegment, mayStandEmpty } from './segment-names.ts';

/** Where a segment stands: from its name to behind its last field; its terminator goes on to where the next one begins. */
export interface SegmentPlace {
  from: number;
  end: number;
  next: number;
}

/**
 * Finds the segments of a message. How they end is decided once, from the whole message: with CR (HL7 v2.5.1 2.5.2), with
 * CRLF or with LF, whichever stands before most of the lines that are segments for certain. Any other line end is content
 * unless a segment that HL7 knows follows it with fields, in free text with its set id. A line that only looks like a segment is content, too: a report
 * says "CXR" or "PID" on a line of its own, and the last line of such a text goes on with the fields behind it
 * ("NAD||||||F"). Blank lines between segments belong to the terminator. Throws `HL7_UNREADABLE` above `MAX_SEGMENTS`.
 */
export function segmentPlaces(source: string, start: number, separator: string): SegmentPlace[] {
  const hasLineFeed = source.includes('\n', start);
  const own = hasLineFeed ? endOfSegments(source, start, separator) : 'CR';
  const endOf = lineEnds(source);
  const open = new OpenSegment(source, start, separator);
  const places: SegmentPlace[] = [];
  let end = -1;
  for (let from = start; from < source.length; ) {
    const to = endOf(from);
    const isOwn = (): boolean => !hasLineFeed || endBefore(source, from) === own;
    if (from > start && hasName(source, from, to, separator) && begins(open, { from, to }, isOwn)) {
      places.push({ from: open.from, end, next: from });
      if (places.length >= MAX_SEGMENTS)
        throw new InterleaveError('HL7_UNREADABLE', `The message has more than ${MAX_SEGMENTS} segments.`);
      open.begin(from);
      end = to;
    } else if (end === -1 || !isBlank(source, from, to)) end = to;
    from = to + 1;
  }
  places.push({ from: open.from, end, next: source.length });
  return places;
}

type LineEnd = 'CR' | 'CRLF' | 'LF';

interface Line {
  from: number;
  to: number;
}

/** The end before most lines that have the name of a known segment and a first field. */
function endOfSegments(source: string, start: number, separator: string): LineEnd {
  const counts = { CR: 0, CRLF: 0, LF: 0 };
  const endOf = lineEnds(source);
  for (let from = start; from < source.length; ) {
    const to = endOf(from);
    if (from > start && hasName(source, from, to, separator) && isCertain(source, { from, to }, separator))
      counts[endBefore(source, from)] += 1;
    from = to + 1;
  }
  const most = Math.max(counts.CR, counts.CRLF, counts.LF);
  if (most === 0) return source.includes('\r', start) ? 'CR' : 'LF';
  return counts.CR === most ? 'CR' : counts.CRLF === most ? 'CRLF' : 'LF';
}

function begins(open: OpenSegment, line: Line, isOwn: () => boolean): boolean {
  const { source, separator } = open;
  if (isCertain(source, line, separator))
    return !open.isInText(line.from) || hasSetId(source, line, separator) || isOwn();
  const isKnown = isKnownSegment(nameOf(source, line));
  if (!hasContent(source, line, separator)) return emptyBegins(open, line, isOwn);
  if (open.isInText(line.from)) return (isKnown || isOwn()) && !open.goesOnIn(line.from, line.to, isKnown);
  return isKnown || open.isComplete(line.from) || isOwn();
}

/** A name without content is a segment only where no text goes on behind it. */
function emptyBegins(open: OpenSegment, line: Line, isOwn: () => boolean): boolean {
  const { source, separator } = open;
  const next = nextLine(source, line.to);
  const isLast = next.from >= source.length;
  if (open.isInText(line.from))
    return (
      mayStandEmpty(nameOf(source, line)) &&
      isOwn() &&
      (isLast || (hasName(source, next.from, next.to, separator) && isCertain(source, next, separator)))
    );
  return isLast || line.to - line.from > 3 || hasName(source, next.from, next.to, separator);
}

/** A known name with something in its first field. */
function isCertain(source: string, line: Line, separator: string): boolean {
  return (
    line.to - line.from > 4 && source[line.from + 4] !== separator && isKnownSegment(nameOf(source, line))
  );
}

/** A number in the first field, where HL7 has one: words behind a `|` there are a text of another line end. */
function hasSetId(source: string, line: Line, separator: string): boolean {
  if (!NUMBERED.has(nameOf(source, line))) return true;
  const end = source.indexOf(separator, line.from + 4);
  const first = source.slice(line.from + 4, Math.min(end === -1 ? line.to : end, line.to, line.from + 24));
  return /^\s*\d+\s*$/.test(first);
}

/** Segments whose first field is a set id (SI). */
const NUMBERED = new Set('AL1 DG1 DSP FT1 GT1 IN1 NK1 NTE OBR OBX PID PR1 PV1 SPM TXA'.split(' '));

function nameOf(source: string, line: Line): string {
  return source.slice(line.from, line.from + 3);
}

/** Three capitals or digits, then the field separator or the end of the line. */
function hasName(source: string, from: number, to: number, separator: string): boolean {
  if (to - from < 3 || (to - from > 3 && source[from + 3] !== separator)) return false;
  return (
    isCapital(source.charCodeAt(from)) &&
    isCapitalOrDigit(source.charCodeAt(from + 1)) &&
    isCapitalOrDigit(source.charCodeAt(from + 2))
  );
}

function hasContent(source: string, line: Line, separator: string): boolean {
  for (let at = line.from + 3; at < line.to; at += 1)
    if (source[at] !== separator && !isBlankChar(source.charCodeAt(at))) return true;
  return false;
}

/** Where the line ends that begins or goes on at `from`; each char is searched once when `from` only grows. */
function lineEnds(source: string): (from: number) => number {
  let cr = -1;
  let lf = -1;
  const nearest = (char: string, from: number): number => {
    const at = source.indexOf(char, from);
    return at === -1 ? source.length : at;
  };
  return (from) => {
    if (cr < from) cr = nearest('\r', from);
    if (lf < from) lf = nearest('\n', from);
    return Math.min(cr, lf);
  };
}

/** The line end before a line; of blank lines between, the gravest. */
function endBefore(source: string, line: number): LineEnd {
  let end: LineEnd = 'LF';
  for (let at = line - 1; at >= 0; at -= 1) {
    const char = source[at];
    if (char === '\r') {
      if (source[at + 1] === '\n') return 'CRLF';
      end = 'CR';
    } else if (char !== '\n') break;
  }
  return end;
}

/** The next line that is not blank. */
function nextLine(source: string, end: number): Line {
  let from = end;
  while (from < source.length && isBlankChar(source.charCodeAt(from))) from += 1;
  let to = from;
  while (to < source.length && to - from <= 4 && source[to] !== '\r' && source[to] !== '\n') to += 1;
  return { from, to };
}

function isBlank(source: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (!isBlankChar(source.charCodeAt(at))) return false;
  return true;
}

/** White space, and the NULs that some senders pad with. */
export function isBlankChar(code: number): boolean {
  return code === 0x20 || code === 0x0d || code === 0x0a || code === 0x09 || code === 0x00;
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isCapitalOrDigit(code: number): boolean {
  return isCapital(code) || (code >= 0x30 && code <= 0x39);
}
