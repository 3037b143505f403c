import { MAX_DOCUMENTS_PER_MESSAGE } from './limits.ts';
import { type Message, rawField, rawRepetitions, readable, type Segment } from './message.ts';
import { lineUse } from './observation-status.ts';
import { isText } from './report-text.ts';

/** A document inside an OBX of type ED (HL7 v2.5.1 2.A.24), before its text has been taken out. (phi) */
export interface EmbeddedDocument {
  /** place of its OBX among the segments of the message */
  segment: number;
  kind: 'pdf' | 'xml' | 'text';
  bytes: Buffer;
}

/**
 * The documents of a message, of the kinds that hold text. None where OBX segments hold text already: the document is
 * mostly the same report, laid out. What OBX-11 withdraws counts for neither. Media types are what senders write: `application^pdf`, `TEXT^XML`, `AP^PDF`, or
 * nothing, and then the first bytes tell.
 */
export function embeddedDocuments(message: Message): EmbeddedDocument[] {
  const isRead = (one: Segment): boolean => one.name === 'OBX' && lineUse(message, one) === 'READ';
  const observations = message.segments.filter(isRead);
  if (observations.some((one) => isText(one) && rawField(one, 5).trim() !== '')) return [];
  const found: EmbeddedDocument[] = [];
  for (const [segment, observation] of message.segments.entries()) {
    if (!isRead(observation) || !isDocument(observation)) continue;
    const bytes = contentOf(message, observation);
    const kind = kindOf(bytes);
    if (kind !== null) found.push({ segment, kind, bytes });
    if (found.length === MAX_DOCUMENTS_PER_MESSAGE) break;
  }
  return found;
}

/** Whether the message may hold a document; nothing is parsed. */
export function mayHoldDocument(bytes: Buffer): boolean {
  return bytes.includes('ED') && bytes.includes('OBX');
}

/** True for an OBX that carries a document. */
export function isDocument(observation: Segment): boolean {
  return rawField(observation, 2).trim().toUpperCase() === 'ED';
}

/** ED.5 as ED.4 encodes it: Base64, Hex, or A: the text itself, escaped. Long documents come in repetitions. */
function contentOf(message: Message, observation: Segment): Buffer {
  const { component } = message.delimiters;
  let encoding = '';
  const data = rawRepetitions(message, observation, 5).map((raw) => {
    const pieces = component === '' ? [raw] : raw.split(component);
    encoding ||= (pieces[3] ?? '').trim().toUpperCase();
    // Without components it is the data alone.
    return pieces.length < 5 ? (pieces.at(-1) ?? '') : pieces.slice(4).join(component);
  });
  const text = data.join('');
  if (encoding === 'HEX') return Buffer.from(text, 'hex');
  if (encoding === 'A') return Buffer.from(readable(message, text), 'utf8');
  return Buffer.from(
    text.replaceAll(`${message.delimiters.escape}.br${message.delimiters.escape}`, ''),
    'base64',
  );
}

/** By the content: what ED.2 and ED.3 say is too often something else. */
function kindOf(bytes: Buffer): EmbeddedDocument['kind'] | null {
  if (bytes.subarray(0, 1024).includes('%PDF-')) return 'pdf';
  const start = bytes
    .toString('utf8', 0, 256)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<\?xml|^<(?:\w+:)?ClinicalDocument/.test(start)) return 'xml';
  const readableText =
    bytes.length > 0 && !/[\u0000-\u0008\u000e-\u001f\ufffd]|^\{\\rtf|^<(?:!doctype|html)/i.test(start);
  return readableText ? 'text' : null;
}
