import { createHash, hash } from 'node:crypto';
import { codeOf, type ErrorCode, InterleaveError } from '../../core/errors.ts';
import { type AnsweredHeader, readAnsweredHeader } from '../../core/hl7/acknowledgement.ts';
import { identifierWithin, textWithin } from '../../core/hl7/field-length.ts';
import { type Message, parseMessage, rawField, textAt } from '../../core/hl7/message.ts';
import { type Report, readReports } from '../../core/hl7/report.ts';
import {
  accessionPathsOf,
  caseId,
  normaliseAccession,
  reportCaseKey,
  type SiteTable,
} from '../../core/radiology/case-key.ts';
import type { ReportReceived } from '../../core/radiology/events.ts';
import { readerHash } from '../../core/radiology/reader-hash.ts';
import type { DocumentTexts } from './documents.ts';
import { MAX_EVENT_TEXT_PER_MESSAGE, MAX_EVENTS_PER_MESSAGE } from './limits.ts';

/** What a site decides about reading messages. */
export interface AcceptanceRules {
  site: SiteTable;
  /** site secret of the case ids */
  secret: Buffer;
  accessionPaths: readonly string[];
  timeZone: string;
  processingIds: readonly string[];
}

/** An event that only lacks the stored message. */
export type EventDraft = Omit<ReportReceived, 'raw'>;

/** What is to be done with a message. */
export interface Decision {
  /** null where there is no MSH to answer to */
  header: AnsweredHeader | null;
  /** tells messages of all senders apart, '' without MSH-10 */
  messageKey: string;
  /** SHA-256 of all that is read but the time of sending: a repeat may have a new MSH-7 */
  bodyDigest: string;
  verdict: Verdict;
}

/** `ordersWithoutResult`: see `MessageReports`; a message that holds no other order is not accepted: `HL7_NO_RESULT`. */
export type Verdict =
  | { accept: true; events: EventDraft[]; ordersWithoutResult: number }
  | { accept: false; code: ErrorCode };

/**
 * Decides about one message, without doing anything: one event for each report and each case that it belongs to, or the
 * code for which it is refused. Without `documents` none of its documents was read. A report that holds no text is accepted and says so in `problem`: it may cancel another.
 * Only orders that say that they have no result yet are no reports at all.
 */
export function decide(
  bytes: Buffer,
  rules: AcceptanceRules,
  receivedAt: number,
  documents?: DocumentTexts,
): Decision {
  let message: Message | null = null;
  try {
    message = parseMessage(bytes);
    const refused = refusedByHeader(message, rules);
    if (refused !== null) return decision(bytes, message, { accept: false, code: refused });
    const { events, ordersWithoutResult } = eventsOf(message, bytes, rules, receivedAt, documents);
    if (events.length === 0) return decision(bytes, message, { accept: false, code: 'HL7_NO_RESULT' });
    return decision(bytes, message, { accept: true, events, ordersWithoutResult });
  } catch (error) {
    // The parser throws coded errors only; any other is a fault of ours, and this message must not stop the line.
    const code = codeOf(error);
    return decision(bytes, message, { accept: false, code: code === 'INTERNAL' ? 'HL7_UNREADABLE' : code });
  }
}

function decision(bytes: Buffer, message: Message | null, verdict: Verdict): Decision {
  const msh = message?.segments[0];
  if (message === null || msh === undefined)
    return { header: readAnsweredHeader(bytes), messageKey: '', bodyDigest: '', verdict };
  const controlId = rawField(msh, 10);
  const body = bytes.subarray(message.prefix.length + msh.raw.length);
  const decisive = DECISIVE_FIELDS.map((field) => rawField(msh, field));
  return {
    header: { delimiters: message.delimiters, msh },
    messageKey:
      controlId === '' ? '' : sha256(JSON.stringify([rawField(msh, 3), rawField(msh, 4), controlId])),
    bodyDigest: createHash('sha256').update(JSON.stringify(decisive)).update(body).digest('hex'),
    verdict,
  };
}

/** What MSH says about how the rest is to be read: encoding characters, type, processing id, version, character set. */
const DECISIVE_FIELDS = [2, 9, 11, 12, 18];

function sha256(value: Buffer | string): string {
  return hash('sha256', value);
}

/** MSH-9, MSH-11 and MSH-12, in the order in which a sender would mend them. */
function refusedByHeader(message: Message, rules: AcceptanceRules): ErrorCode | null {
  const type = textAt(message, 'MSH-9.1').trim().toUpperCase();
  const event = textAt(message, 'MSH-9.2').trim().toUpperCase();
  const handled =
    type === 'ORU' ? event === '' || event === 'R01' : type === 'MDM' && DOCUMENT_EVENTS.has(event);
  if (!handled) return 'HL7_TYPE_UNSUPPORTED';
  const version = textAt(message, 'MSH-12').trim();
  if (version !== '' && !/^2\.[1-9]/.test(version)) return 'HL7_VERSION_UNSUPPORTED';
  const processingId = textAt(message, 'MSH-11').trim().toUpperCase();
  if (processingId !== '' && !rules.processingIds.includes(processingId)) return 'HL7_PROCESSING_ID_REFUSED';
  return null;
}

/** Document events with content, and the cancellation (HL7 v2.5.1 9.6). */
const DOCUMENT_EVENTS = new Set(['T02', 'T04', 'T06', 'T08', 'T10', 'T11']);

function eventsOf(
  message: Message,
  bytes: Buffer,
  rules: AcceptanceRules,
  receivedAt: number,
  documents: DocumentTexts | undefined,
): { events: EventDraft[]; ordersWithoutResult: number } {
  const digest = sha256(bytes);
  const { reports, ordersWithoutResult } = readReports(message, {
    accessionPaths: accessionPathsOf(rules.site, textAt(message, 'MSH-4')) ?? rules.accessionPaths,
    accept: (value) => normaliseAccession(rules.site, value) !== '',
    zone: rules.timeZone,
    receivedAt,
    fallbackIdentity: digest,
    ...(documents === undefined ? {} : { documents }),
  });
  const header = {
    controlId: identifierWithin(textAt(message, 'MSH-10')),
    sendingApplication: identifierWithin(textAt(message, 'MSH-3')),
    sendingFacility: identifierWithin(textAt(message, 'MSH-4')),
    type: textWithin(messageType(message)),
    version: textWithin(textAt(message, 'MSH-12')),
  };
  checkLimits(reports);
  const events = new Map<string, EventDraft>();
  for (const report of reports)
    for (const event of eventsOfReport(report, header, digest, rules, receivedAt))
      events.set(event.eventId, event);
  return { events: [...events.values()], ordersWithoutResult };
}

/** `ORU^R01^ORU_R01`, as far as it is given. (No pattern: /\^+$/ takes quadratic time.) */
function messageType(message: Message): string {
  const parts = ['MSH-9.1', 'MSH-9.2', 'MSH-9.3'].map((path) => textAt(message, path));
  return parts.slice(0, parts.findLastIndex((part) => part !== '') + 1).join('^');
}

/** Throws `HL7_UNREADABLE` or `EVENT_TOO_LARGE` for more than a message may ask for. */
function checkLimits(reports: Report[]): void {
  let events = 0;
  let text = 0;
  for (const { accessions, parts } of reports) {
    const places = Math.max(1, accessions.length);
    events += places;
    text += places * parts.reduce((length, part) => length + part.text.length, 0);
  }
  if (events > MAX_EVENTS_PER_MESSAGE)
    throw new InterleaveError(
      'HL7_UNREADABLE',
      `The message has more than ${MAX_EVENTS_PER_MESSAGE} reports and cases.`,
    );
  if (text > MAX_EVENT_TEXT_PER_MESSAGE) throw new InterleaveError('EVENT_TOO_LARGE');
}

function eventsOfReport(
  report: Report,
  message: EventDraft['message'],
  digest: string,
  rules: AcceptanceRules,
  receivedAt: number,
): EventDraft[] {
  const { accessions, effectiveAt, order: stated, ...content } = report;
  const reader = readerHash(rules.secret, report.identity.facility, stated.reader);
  const order = { ...stated, reader };
  const problem = content.problem ?? (isWhole(report) ? null : 'HL7_CHARACTERS_UNREADABLE');
  const places = accessions.length > 0 ? accessions : [{ value: '', assigningAuthority: '' }];
  return places.map(({ value, assigningAuthority }) => {
    const caseKey = reportCaseKey(rules.site, { ...report.identity, accession: value, assigningAuthority });
    const id = caseId(rules.secret, caseKey);
    const eventId = sha256(JSON.stringify([digest, id, report.identity.fillerNumber])).slice(0, 32);
    return {
      ...content,
      order,
      problem,
      eventId,
      caseId: id,
      caseKey,
      effectiveAt: effectiveAt ?? receivedAt,
      receivedAt,
      message,
      digest,
    };
  });
}

/** False where a character of what a reader looks at first could not be decoded. */
function isWhole({ parts, patient, procedure }: Report): boolean {
  const texts = [patient.familyName, patient.givenName, procedure.text, ...parts.map(({ text }) => text)];
  return !texts.some((text) => text.includes('\ufffd'));
}
