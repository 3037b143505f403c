import type { ReportPart } from '../radiology/events.ts';
import { base64In } from './base64.ts';
import { commentUse } from './comment.ts';
import { beginsDocument, filesOf } from './embedded-file.ts';
import { joinLines } from './join-lines.ts';
import { MAX_DOCUMENTS_PER_MESSAGE, MAX_POINTING_WORDS, MIN_REPORT_WORDS } from './limits.ts';
import { holdsMarkup } from './markup.ts';
import { type Message, rawField, readable, type Segment } from './message.ts';
import { isMime } from './mime.ts';
import { lineUse } from './observation-status.ts';
import { isText } from './report-text.ts';
import { isXml } from './xml-wrapper.ts';

/** A document inside OBX segments, before its text has been taken out. (phi) */
export interface EmbeddedDocument {
  /** place of its OBX among the segments of the message, the first where it goes on over several */
  segment: number;
  /** places of the others: what they say is part of it */
  covers: number[];
  /**
   * bytes, or text where it stands in the field as such, decoded; several where repetitions hold one each. Null where
   * there are more than are read.
   */
  contents: (Buffer | string)[] | null;
}

/**
 * The documents of a message that may hold text. What is one tell its bytes, whatever OBX-2 and the components of ED
 * (HL7 v2.5.1 2.A.24) say or leave out: a PDF, CDA, RTF or HTML, Base64 or as it is, in ED, RP or a text type (TX, FT, ST,
 * RT, none, or a comment in NTE-3). Text types: all segments of one OBX-3 together, since a document may go on over several. ED and RP: not where
 * text of the same OBR group is the report already, which the document mostly repeats, laid out; it is read where that text
 * is short, or only points to it. What OBX-11 withdraws counts for neither.
 */
export function embeddedDocuments(message: Message): EmbeddedDocument[] {
  const found: EmbeddedDocument[] = [];
  let files = 0;
  for (const group of observationGroups(message)) {
    const texts = runsOf(
      message,
      group.filter((at) => !isFile(message, at)),
    );
    let said = '';
    for (const run of texts) {
      const text = joinLines(run.flatMap((at) => linesOf(message, at)));
      if (isDocumentText(text)) found.push({ segment: run[0] ?? 0, covers: run.slice(1), contents: [text] });
      said += `${text}\n`;
    }
    const isSaid = isReport(said);
    const places = group.filter((at) => isFile(message, at) && !(isSaid && isDocument(message.segments[at])));
    for (const run of runsOf(message, places))
      for (const file of filesOf(message, run)) {
        files += 1;
        found.push(files > MAX_DOCUMENTS_PER_MESSAGE ? { ...file, contents: null } : file);
      }
  }
  return found;
}

/** What documents say by place of their OBX, before any was read: null, and nothing in segments that go on with one. */
export function unreadDocuments(documents: readonly EmbeddedDocument[]): Map<number, ReportPart[] | null> {
  const texts = new Map<number, ReportPart[] | null>();
  for (const { covers } of documents) for (const at of covers) texts.set(at, []);
  for (const { segment } of documents) texts.set(segment, null);
  return texts;
}

/** Whether the message may hold a document; nothing is parsed. */
export function mayHoldDocument(bytes: Buffer): boolean {
  return MAY_HOLD.test(bytes.toString('latin1'));
}

const MAY_HOLD =
  /OBX(.)\d{0,9}\1\s{0,9}(?:ED|RP)\s{0,9}\1|<[a-z/!?]|&[a-z#]|T\\[a-z#]|\{|\\pard?(?![a-z])|%PDF-|[a-z0-9+/]{18}|content-t|mime-version|<!\[cdata/i;

/** True for an OBX that carries a document by its type. */
export function isDocument(observation: Segment | undefined): boolean {
  const type = rawField(observation, 2).trim().toUpperCase();
  return type === 'ED' || type === 'RP';
}

/** Places of the OBX and NTE segments between two OBR or PID, of those that are read. */
function observationGroups(message: Message): number[][] {
  const groups: number[][] = [[]];
  for (const [at, segment] of message.segments.entries()) {
    const { name } = segment;
    if (name === 'OBR' || name === 'PID') groups.push([]);
    else if (isComment(segment) ? commentUse(message, segment).read : isReadLine(message, segment))
      groups.at(-1)?.push(at);
  }
  return groups.filter((group) => group.some((at) => isCarrier(message.segments[at])));
}

function isCarrier(observation: Segment | undefined): boolean {
  if (observation === undefined) return false;
  return isComment(observation) || isText(observation) || isDocument(observation);
}

function isComment(segment: Segment): boolean {
  return segment.name === 'NTE';
}

function isReadLine(message: Message, segment: Segment): boolean {
  return segment.name === 'OBX' && lineUse(message, segment) === 'READ';
}

/** ED or RP, or what is one but for its type. */
function isFile(message: Message, at: number): boolean {
  const observation = message.segments[at];
  if (observation === undefined || isComment(observation)) return false;
  return isDocument(observation) || (isText(observation) && looksLikeFile(message, rawField(observation, 5)));
}

/** Components as those of ED: an encoding before the data, nothing but data, or a document where the data stand. */
function looksLikeFile(message: Message, raw: string): boolean {
  const { component } = message.delimiters;
  if (component === '' || !raw.includes(component)) return false;
  const components = raw.split(component, 5);
  const [encoding = '', data = ''] = components.slice(3);
  if (data === '') return beginsDocument(message, encoding);
  return (
    /^\s*(?:base64|hex)\s*$/i.test(encoding) ||
    components.slice(0, 4).every((one) => one.trim() === '') ||
    beginsDocument(message, data)
  );
}

/** Segments that follow each other with the same identifier and status: a document may go on over them. */
function runsOf(message: Message, places: readonly number[]): number[][] {
  const runs: number[][] = [];
  let before = '';
  for (const at of places) {
    const observation = message.segments[at];
    if (observation === undefined || !isCarrier(observation)) continue;
    const { name } = observation;
    const key = isComment(observation)
      ? name
      : [name, rawField(observation, 3), rawField(observation, 11)].join('\n');
    if (runs.length === 0 || key !== before) runs.push([]);
    runs.at(-1)?.push(at);
    before = key;
  }
  return runs;
}

function linesOf(message: Message, at: number): string[] {
  const segment = message.segments[at];
  const raw = rawField(segment, segment?.name === 'NTE' ? 3 : 5);
  const { repetition } = message.delimiters;
  return (repetition === '' ? [raw] : raw.split(repetition)).map((line) => readable(message, line));
}

function isDocumentText(text: string): boolean {
  return (
    holdsMarkup(text) ||
    base64In(text) !== null ||
    text.trimStart().startsWith('%PDF-') ||
    isMime(text) ||
    (text.trimStart().startsWith('<') && isXml(text))
  );
}

/** Whether the text beside a document is a report of its own. */
function isReport(text: string): boolean {
  const words = text.replace(/<[^<>]*>|\\[a-z]+-?\d*/gi, ' ');
  const limit = POINTS.test(words) ? MAX_POINTING_WORDS : MIN_REPORT_WORDS;
  let count = 0;
  for (const _ of words.matchAll(/\S+/g)) if (++count >= limit) return true;
  return false;
}

/** "see the attached PDF", "report is enclosed", "siehe Anhang" */
const POINTS =
  /\battach|\benclos|\bpdf\b|\bscanned\b|\bsee (?:the )?(?:separate |full |final |formatted |original )?(?:report|document|file|image)|\banhang|\banlage\b|\bbeigef|\bpi[eè]ce jointe|\badjunt|\ballegat|\bbijlage|\bbilag/i;
