import { isUtf8 } from 'node:buffer';
import { beginsDocumentInBase64, decodeBase64, isBase64Lines } from './base64.ts';
import { kindOfBytes } from './document-bytes.ts';
import { type EmbeddedDocument, isDocument } from './embedded-document.ts';
import { unescapeText } from './escape.ts';
import { joinLines } from './join-lines.ts';
import { HTML_START, RTF_START } from './markup.ts';
import { type Message, rawField, readable, type Segment } from './message.ts';

/**
 * The documents of OBX segments that follow each other with one identifier and hold ED or RP (HL7 v2.5.1 2.A.24, 2.A.64):
 * each of its own, or one that goes on over segments or repetitions. Pictures and pointers (RP to a file elsewhere) are
 * none.
 */
export function filesOf(message: Message, places: readonly number[]): EmbeddedDocument[] {
  const files: File[] = [];
  for (const at of places) {
    const segment = message.segments[at];
    if (segment === undefined) continue;
    const isPointer = rawField(segment, 2).trim().toUpperCase() === 'RP';
    for (const [n, raw] of repetitionsOf(message, segment).entries()) {
      const piece = pieceOf(message, raw);
      if (piece.data.trim() === '' || piece.data === '""') continue;
      const last = files.at(-1);
      if (last !== undefined && !piece.begins && (n > 0 || goesOn(message, last))) {
        last.pieces.push(piece);
        last.segments.add(at);
      } else if (!isPointer || piece.begins) files.push({ segments: new Set([at]), pieces: [piece] });
    }
  }
  return documentsOf(message, files);
}

interface File {
  segments: Set<number>;
  pieces: Piece[];
  /** its first piece does not hold the end of it */
  isOpen?: boolean;
}

/** One repetition. */
interface Piece {
  /** as it stands on the wire */
  data: string;
  encoding: string;
  /** a document begins here */
  begins: boolean;
}

function documentsOf(message: Message, files: readonly File[]): EmbeddedDocument[] {
  const documents = new Map<number, EmbeddedDocument & { contents: (Buffer | string)[] }>();
  for (const { segments, pieces } of files) {
    const [segment = 0, ...covers] = segments;
    const content = contentOf(message, pieces);
    const isPicture = typeof content !== 'string' && kindOfBytes(content) === 'picture';
    // In a text type its Base64 must not be taken for words.
    if (isPicture && isDocument(message.segments[segment])) continue;
    const same = documents.get(segment) ?? { segment, covers: [], contents: [] };
    documents.set(segment, same);
    same.covers.push(...covers);
    if (!isPicture) same.contents.push(content);
  }
  return [...documents.values()];
}

/** ED.5 with ED.4, wherever the bytes say that they stand: components are left out, and data without any is the data. */
function pieceOf(message: Message, raw: string): Piece {
  const { component } = message.delimiters;
  const pieces = component === '' ? [raw] : raw.split(component);
  const found = pieces.findIndex((piece) => beginsDocument(message, piece));
  const start = found !== -1 ? found : pieces.length < 5 ? pieces.length - 1 : 4;
  const encoding = start > 0 ? (pieces[start - 1] ?? '').trim().toUpperCase() : '';
  return { data: pieces.slice(start).join(component), encoding, begins: found !== -1 };
}

/** By the first bytes of what may be its data. */
export function beginsDocument(message: Message, data: string): boolean {
  const head = unescapeText(data.slice(0, 200), message.delimiters);
  return DOCUMENT_HEAD.test(head) || beginsDocumentInBase64(head);
}

const DOCUMENT_HEAD =
  /^[\s\ufeff]*(?:\{\s*\\{1,2}u?rtf|<!doctype|<html|<\?xml|<!\[cdata|<(?:\w+:)?ClinicalDocument|%PDF-|mime-version|content-t)/i;

/** All of them: each may be a line. */
function repetitionsOf(message: Message, segment: Segment): string[] {
  const { repetition } = message.delimiters;
  const raw = rawField(segment, 5);
  return repetition === '' ? [raw] : raw.split(repetition);
}

/** Asked once for each: a message may hold thousands of pieces. */
function goesOn(message: Message, file: File): boolean {
  file.isOpen ??= isOpen(contentOf(message, file.pieces));
  return file.isOpen;
}

/** True for a document whose end is missing. */
function isOpen(content: Buffer | string): boolean {
  if (typeof content !== 'string' && kindOfBytes(content) === 'pdf')
    return !content.subarray(-1024).includes('%%EOF');
  const text = typeof content === 'string' ? content : content.toString('latin1');
  if (RTF_START.test(text)) return bracesLeft(text) > 0;
  if (HTML_START.test(text)) return !/<\/html\s*>/i.test(text);
  return /^\s*<\?xml/.test(text) && !text.trimEnd().endsWith('>');
}

function bracesLeft(rtf: string): number {
  let depth = 0;
  for (const [brace] of rtf.matchAll(/\\[\s\S]|[{}]/g)) depth += brace === '{' ? 1 : brace === '}' ? -1 : 0;
  return depth;
}

function contentOf(message: Message, pieces: readonly Piece[]): Buffer | string {
  const encoding = pieces.find((piece) => piece.encoding !== '')?.encoding ?? '';
  const lines = pieces.map(({ data }) => unescapeText(data, message.delimiters)).join('\n');
  const compact = lines.replace(WRITTEN_BREAKS, '\n').trim();
  if (encoding === 'HEX' && /^[0-9a-f\s]+$/i.test(compact))
    return Buffer.from(compact.replace(/\s+/g, ''), 'hex');
  if (isBase64(compact, encoding)) return decodeBase64(compact);
  return joinLines(pieces.map(({ data }) => readable(message, data)));
}

/** Line ends that somebody wrote instead of ending the line. */
const WRITTEN_BREAKS = /\\(?:r|n|x0d|x0a)|&#(?:x0?[ad]|1[03]);/gi;

/** As it is said to be, or as its bytes are: a word of plain text has the same characters. */
function isBase64(text: string, encoding: string): boolean {
  if (!/^[A-Za-z0-9+/=_\s-]+$/.test(text)) return false;
  if (beginsDocumentInBase64(text)) return true;
  if (!isBase64Lines(text) || encoding === 'A') return false;
  if (encoding === 'BASE64') return true;
  if (text.length < MIN_UNSAID) return false;
  const bytes = decodeBase64(text);
  return text.length >= MAX_WORD || (isUtf8(bytes) && kindOfBytes(bytes) !== 'unknown');
}

const MIN_UNSAID = 16;
/** No word is so long. */
const MAX_WORD = 64;
