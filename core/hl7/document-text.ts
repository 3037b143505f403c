import { isAscii, isUtf8 } from 'node:buffer';
import { InterleaveError } from '../errors.ts';
import type { ReportPart } from '../radiology/events.ts';
import { base64In, decodeBase64 } from './base64.ts';
import { cdaText } from './cda.ts';
import { kindOfBytes, textOfBytes } from './document-bytes.ts';
import { htmlText } from './html.ts';
import { MAX_DOCUMENT_WRAPPERS } from './limits.ts';
import { HTML_START, holdsEntities, isHtml, isRtfFragment, RTF_START } from './markup.ts';
import { isMime, mimeContents } from './mime.ts';
import { rtfText } from './rtf.ts';
import { tidyText } from './tidy-text.ts';
import { isXml, wrappedInXml } from './xml-wrapper.ts';

export interface DocumentReaders {
  /** the text of a PDF, '' for one of pictures */
  pdf: (bytes: Buffer) => Promise<string>;
  /** character set of the message, see `Charset` */
  charset: string;
}

/**
 * The text of a document, or of a field that holds documents and plain text: PDF, CDA, RTF, HTML, plain, and what wraps
 * them (Base64, MIME, XML, CDATA, entities). What it is tells its content. Text only: no control word, tag or attribute is
 * left. Throws `HL7_DOCUMENT_UNREADABLE` for what is none of these, and whatever its reader does.
 */
export async function documentParts(
  content: Buffer | string,
  readers: DocumentReaders,
  depth = 0,
): Promise<ReportPart[]> {
  if (depth > MAX_DOCUMENT_WRAPPERS) throw unreadable('The document is wrapped too many times.');
  const inner = (wrapped: Buffer | string): Promise<ReportPart[]> =>
    documentParts(wrapped, readers, depth + 1);
  if (typeof content !== 'string') {
    const kind = kindOfBytes(content);
    if (kind === 'pdf') return said(await readers.pdf(content));
    // RTF is ASCII; where a writer put UTF-8 into it all the same, no code page says what it is.
    if (kind === 'rtf')
      return !isAscii(content) && isUtf8(content)
        ? mixedParts(content.toString('utf8'), false, inner)
        : mixedParts(content.toString('latin1'), true, inner);
    if (kind === 'text') return inner(textOfBytes(content, readers.charset));
    throw unreadable('The document is of a kind that cannot be read.');
  }
  if (content.trimStart().startsWith('%PDF-')) return said(await readers.pdf(Buffer.from(content, 'latin1')));
  const data = DATA_URI.exec(content);
  if (data !== null) return inner(decodeBase64(content.slice(data[0].length)));
  if (isMime(content)) return all(await mimeContents(content), inner);
  const section = CDATA.exec(content)?.[1];
  if (section !== undefined) return inner(section);
  if (isXml(content)) {
    const { parts, wrapped } = isCda(content) ? cdaText(content) : { parts: [], wrapped: null };
    if (wrapped !== null) return inner(wrapped);
    return parts.length > 0 || isCda(content) ? parts : all(wrappedInXml(content), inner);
  }
  return mixedParts(content, false, inner);
}

const DATA_URI = /^\s*data:[\w/+.;=-]{0,120};base64,/i;
const CDATA = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/;

function isCda(xml: string): boolean {
  return /<(?:\w+:)?ClinicalDocument[\s>]/.test(xml);
}

type Inner = (wrapped: Buffer | string) => Promise<ReportPart[]>;

async function all(contents: readonly (Buffer | string)[], inner: Inner): Promise<ReportPart[]> {
  const parts: ReportPart[] = [];
  for (const content of contents) parts.push(...(await inner(content)));
  return parts;
}

/** Plain text, and the documents that stand in it one after the other. */
async function mixedParts(text: string, isBytes: boolean, inner: Inner): Promise<ReportPart[]> {
  const source = /\{\s{0,8}\\\\u?rtf/.test(text) ? text.replaceAll('\\\\', '\\') : text;
  const parts: ReportPart[] = [];
  const texts: string[] = [];
  const nextRtf = finder(source, RTF_START);
  const nextHtml = finder(source, HTML_START);
  const block = isBytes ? null : base64In(source);
  let at = 0;
  while (at < source.length) {
    const rtf = nextRtf(at);
    const html = isBytes ? source.length : nextHtml(at);
    const base64 = block !== null && block.start >= at ? block.start : source.length;
    const next = Math.min(rtf, html, base64);
    const before = source.slice(at, next);
    if (before.trim() !== '') texts.push(...(await fragmentTexts(before, isBytes, inner)));
    at = next;
    if (at === source.length) break;
    if (at === base64 && block !== null) {
      const bytes = decodeBase64(source.slice(at, block.end));
      // Nobody said that it is Base64: as text it must be one without a doubt.
      if (kindOfBytes(bytes) === 'text' && !isUtf8(bytes)) throw unreadable('The document is not text.');
      parts.push(...said(texts.splice(0).join('\n')), ...(await inner(bytes)));
      at = block.end;
    } else if (at === rtf) {
      if (!source.startsWith('\\', source.indexOf('{', at) + 1 + blanksAt(source, at + 1)))
        throw unreadable('The RTF has lost its backslashes.');
      const { text: shown, end } = rtfText(source, { isBytes, from: at });
      texts.push(tidyText(shown));
      at = end;
    } else {
      const close = source.slice(at).search(/<\/html\s*>/i);
      const end = close === -1 ? source.length : source.indexOf('>', at + close) + 1;
      texts.push(tidyText(htmlText(source.slice(at, end))));
      at = end;
    }
  }
  return [...parts, ...said(texts.join('\n'))];
}

function blanksAt(source: string, at: number): number {
  let end = at;
  while (end < source.length && /\s/.test(source.charAt(end))) end += 1;
  return end - at;
}

/** Text between documents: plain, a part of RTF or HTML, or either of them written with entities. */
async function fragmentTexts(text: string, isBytes: boolean, inner: Inner): Promise<string[]> {
  if (isRtfFragment(text)) return [tidyText(rtfText(text, { isBytes }).text)];
  if (isHtml(text)) return [tidyText(htmlText(text, { isFragment: true }))];
  if (!holdsEntities(text)) return [tidyText(text)];
  const decoded = htmlText(text, { isFragment: true });
  if (!isHtml(decoded) && !RTF_START.test(decoded)) return [tidyText(decoded)];
  return (await inner(decoded)).map((part) => part.text);
}

/** The next place of a pattern, or the end; each place is looked for once. */
function finder(source: string, pattern: RegExp): (from: number) => number {
  const global = new RegExp(pattern.source, `${pattern.flags}g`);
  let found = -1;
  return (from) => {
    if (found < from) {
      global.lastIndex = from;
      found = global.exec(source)?.index ?? source.length;
    }
    return found;
  };
}

function said(text: string): ReportPart[] {
  return text.trim() === '' ? [] : [{ section: null, text: text.trim() }];
}

function unreadable(detail: string): InterleaveError {
  return new InterleaveError('HL7_DOCUMENT_UNREADABLE', detail);
}
