/** The process that takes the text out of documents: one that hangs or swells ends only this process. */
import { getDocumentProxy } from 'unpdf';
import { InterleaveError } from '../../core/errors.ts';
import { documentParts } from '../../core/hl7/document-text.ts';
import type { ReportPart } from '../../core/radiology/events.ts';
import { answerQuestions } from '../../platform/concurrency/worker-thread.ts';
import { MAX_DOCUMENT_PAGES, MAX_DOCUMENT_TEXT } from './limits.ts';

export interface DocumentQuestion {
  /** see `EmbeddedDocument` */
  contents: (Uint8Array | string)[];
  /** character set of the message */
  charset: string;
}

await answerQuestions(() => readDocuments);

async function readDocuments({ contents, charset }: DocumentQuestion): Promise<ReportPart[]> {
  const parts: ReportPart[] = [];
  for (const content of contents) {
    const given = typeof content === 'string' ? content : Buffer.from(content);
    parts.push(...(await documentParts(given, { pdf: pdfText, charset })));
  }
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  if (length > MAX_DOCUMENT_TEXT) throw unreadable('The document holds too much text.');
  return parts;
}

/** The text as it is laid out, page after page; '' for pages that are pictures. */
async function pdfText(bytes: Uint8Array): Promise<string> {
  // The reader takes the bytes for itself, and no Buffer, which they come as from another process.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch(() => {
    throw unreadable('The PDF cannot be read.');
  });
  if (pdf.numPages > MAX_DOCUMENT_PAGES) throw unreadable('The PDF has too many pages.');
  const pages: string[] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const content = await (await pdf.getPage(number)).getTextContent();
    const items: TextItem[] = content.items;
    pages.push(items.map(({ str = '', hasEOL = false }) => (hasEOL ? `${str}\n` : str)).join(''));
  }
  return pages.join('\n').trim();
}

/** What the reader gives; marks between texts have neither. */
interface TextItem {
  str?: string;
  hasEOL?: boolean;
}

function unreadable(detail: string): InterleaveError {
  return new InterleaveError('HL7_DOCUMENT_UNREADABLE', detail);
}
