import { InterleaveError } from '../errors.ts';
import type { Patient, ReportPart, ReportStatus } from '../radiology/events.ts';
import { type Accession, accessionReader, DEFAULT_ACCESSION_PATHS } from './accession.ts';
import { embeddedDocuments, unreadDocuments } from './embedded-document.ts';
import { identifierWithin, TextCutter } from './field-length.ts';
import { MAX_STUDIES_PER_REPORT, MAX_TIME_AHEAD_MS } from './limits.ts';
import { type Message, type Segment, textAt, textIn } from './message.ts';
import { modalityOf } from './modality.ts';
import { once } from './once.ts';
import { patientOf } from './patient-identification.ts';
import { append, type Group, groupsOf, shareText, wholeMessage } from './report-groups.ts';
import { orderOf, type StatedOrder } from './report-order.ts';
import { reportParts } from './report-text.ts';
import { hasNoResult, needsText, statedStatus } from './stated-status.ts';
import { studyInstanceUidsOf } from './study-reference.ts';
import { parseTimestamp, zoneOf } from './timestamp.ts';

/** One report in a message, before it has a case. (phi) */
export interface Report {
  identity: { facility: string; fillerNumber: string };
  /** empty: the report is keyed by its identity */
  accessions: Accession[];
  status: ReportStatus;
  resultStatus: string;
  /** OBR-22, TXA-8 or MSH-7; null where none can be read, or where all lie in the future */
  effectiveAt: number | null;
  /** that stamp carries its own offset from UTC; the time of receipt, which stands for none, has it too */
  zoned: boolean;
  observedAt: number | null;
  /** its reader is stated in clear */
  order: StatedOrder;
  patient: Patient;
  studyInstanceUids: string[];
  procedure: { code: string; text: string };
  modality: string;
  parts: ReportPart[];
  /** OBX with text or a document that are not read: the sender takes them back, or says that they are no result */
  withdrawnLines: number;
  linesWithoutResult: number;
  problem:
    | 'HL7_NO_REPORT_TEXT'
    | 'HL7_NO_RESULT'
    | 'HL7_TEXT_WITHDRAWN'
    | 'HL7_DOCUMENT_UNREADABLE'
    | 'HL7_REQUIRED_FIELD_MISSING'
    | 'HL7_TOO_MANY_ACCESSIONS'
    | 'HL7_TIME_IN_FUTURE'
    | 'HL7_FIELD_TOO_LONG'
    | null;
}

export interface ReportOptions {
  accessionPaths?: readonly string[];
  /** false for what is no accession or filler number although it stands there */
  accept?: (value: string) => boolean;
  /** zone of time stamps without one, see `parseTimestamp` */
  zone?: string;
  /** the time of receipt: what lies more than `MAX_TIME_AHEAD_MS` after it does not date a report */
  receivedAt?: number;
  /** identity of a report that has neither filler nor accession number, when MSH-10 is empty too */
  fallbackIdentity?: string;
  /** what documents say, by place of their OBX, null for one that could not be read. Default: none was */
  documents?: ReadonlyMap<number, readonly ReportPart[] | null>;
}

/** What a message says: its reports, and how many orders in it have none. */
export interface MessageReports {
  reports: Report[];
  /** orders of which OBR-25 says that they have no result, and nothing else says more */
  ordersWithoutResult: number;
}

/** The reports of a message, see `readReports`. */
export function reportsOf(message: Message, options: ReportOptions = {}): Report[] {
  return readReports(message, options).reports;
}

/**
 * The reports of an ORU^R01 (HL7 v2.5.1 7.3.1; 2.3 to 2.8 alike) or of an MDM document message (9.6): one for each OBR
 * with text. An OBR without text shares the text of its message, as when one dictation covers several examinations, if it
 * says itself that it has a result; of one that says it has none there is no report. OBR groups of the same filler and
 * accession numbers are one report. Throws `HL7_REQUIRED_FIELD_MISSING` when there is no OBR (ORU) or no TXA (MDM),
 * `HL7_UNREADABLE` above `MAX_REPORTS_PER_MESSAGE`.
 */
export function readReports(message: Message, options: ReportOptions = {}): MessageReports {
  const document = message.segments.find((segment) => segment.name === 'TXA');
  const { groups, shared } = groupsOf(message);
  if (groups.length === 0) {
    if (document === undefined)
      throw new InterleaveError('HL7_REQUIRED_FIELD_MISSING', 'The message has no OBR segment.');
    groups.push(wholeMessage(message));
  }
  const reader = readerOf(message, shared, options);
  const reports = new Map<string, Identified>();
  let patients = 0;
  const patientOfRaw = once((_raw: string | undefined) => ++patients);
  const patientNumber = (group: Group): number => patientOfRaw(group.pid?.raw);
  for (const group of groups) {
    const { accessions, more } = reader.accessions(group.segments);
    const identity = identityOf(message, group, accessions, reader);
    const values = accessions.map(({ value }) => value);
    const key = JSON.stringify([patientNumber(group), identity.fillerNumber, values]);
    const same = reports.get(key)?.group;
    if (same === undefined) reports.set(key, { group, accessions, identity, more });
    else append(same, group);
  }
  const all = [...reports.values()];
  const withResult = all.filter(({ group }) => !hasNoResult(message, group));
  shareText(
    withResult.map(({ group }) => group),
    (group) => needsText(message, group, (one) => reader.documents.has(one)),
    patientNumber,
  );
  return {
    reports: withResult.map((report) => reportOf(message, report, reader)),
    ordersWithoutResult: all.length - withResult.length,
  };
}

/** An OBR group with what tells it from the others. */
interface Identified {
  group: Group;
  accessions: Accession[];
  identity: Report['identity'] & { made: boolean };
  /** accession numbers were left out */
  more: boolean;
}

/** What is read once for a message, however many OBR groups ask for it. */
type Reader = ReturnType<typeof readerOf>;

function readerOf(message: Message, shared: Segment[], options: ReportOptions) {
  const accept = once(options.accept ?? (() => true));
  const text = once((path: string) => textAt(message, path).trim());
  const zone = zoneOf(text('MSH-7')) || (options.zone ?? 'UTC');
  const documents = new Map(
    [...(options.documents ?? unreadDocuments(embeddedDocuments(message)))].map(([at, parts]) => [
      message.segments[at],
      parts,
    ]),
  );
  const sharedStudies = studyInstanceUidsOf(message, shared);
  return {
    accept,
    /** of the first segment of that name: for MSH and TXA, which hold for the whole message */
    text,
    zone,
    time: once((path: string) => parseTimestamp(text(path), zone)),
    latest: (options.receivedAt ?? Infinity) + MAX_TIME_AHEAD_MS,
    fallbackIdentity: text('MSH-10') || options.fallbackIdentity || '',
    documents,
    patient: once((pid: Segment | undefined) => patientOf(message, pid)),
    accessions: accessionReader(message, shared, {
      paths: options.accessionPaths ?? DEFAULT_ACCESSION_PATHS,
      accept,
    }),
    studies: (own: Segment[]): string[] =>
      [...new Set([...studyInstanceUidsOf(message, own), ...sharedStudies])].slice(0, MAX_STUDIES_PER_REPORT),
    observed: once((lines: Segment[]) => ({
      parts: reportParts(message, lines, (one) => (documents.has(one) ? (documents.get(one) ?? []) : null)),
      hasUnreadDocument: lines.some((one) => documents.get(one) === null),
    })),
  };
}

function reportOf(message: Message, identified: Identified, reader: Reader): Report {
  const { group, accessions, identity } = identified;
  const cutter = new TextCutter();
  const { cut } = cutter;
  const [obr] = group.orders;
  const text = (path: string): string => (obr === undefined ? '' : textIn(message, obr, path).trim());
  const { parts, hasUnreadDocument } = reader.observed(group.lines);
  const { written, status } = statedStatus(message, group, reader.text('TXA-17'));
  const stated = [text('OBR-22'), reader.text('TXA-8'), reader.text('MSH-7')].flatMap((stamp) => {
    const at = parseTimestamp(stamp, reader.zone);
    return at === null ? [] : [{ at, zoned: zoneOf(stamp) !== '' }];
  });
  const dated = stated.find(({ at }) => at <= reader.latest);
  const patient = reader.patient(group.pid);
  const report = {
    identity: { facility: identity.facility, fillerNumber: identity.fillerNumber },
    accessions,
    status: statusOf(reader.text('MSH-9.2'), status),
    resultStatus: cut(written),
    effectiveAt: dated?.at ?? null,
    zoned: dated?.zoned ?? true,
    observedAt: parseTimestamp(text('OBR-7'), reader.zone) ?? reader.time('TXA-4'),
    order: orderOf(message, group),
    patient: {
      ...patient,
      issuer: identifierWithin(patient.issuer),
      identifier: identifierWithin(patient.identifier),
      familyName: cut(patient.familyName),
      givenName: cut(patient.givenName),
    },
    studyInstanceUids: reader.studies(group.segments),
    procedure: {
      code: cut(text('OBR-4.1') || reader.text('TXA-2')),
      text: cut(text('OBR-4.2') || text('OBR-4.5')),
    },
    modality: modalityOf(text('OBR-24')),
    parts,
    withdrawnLines: group.unread.withdrawn,
    linesWithoutResult: group.unread.withoutResult,
  };
  const problem = hasUnreadDocument
    ? 'HL7_DOCUMENT_UNREADABLE'
    : problemOf(identified, parts, dated !== stated[0]);
  return { ...report, problem: problem ?? (cutter.hasCut ? 'HL7_FIELD_TOO_LONG' : null) };
}

/** The gravest one. */
function problemOf(
  { group, identity, more }: Identified,
  parts: ReportPart[],
  isFromFuture: boolean,
): Report['problem'] {
  if (parts.length === 0 && group.unread.withdrawn > 0) return 'HL7_TEXT_WITHDRAWN';
  if (parts.length === 0 && group.unread.withoutResult > 0) return 'HL7_NO_RESULT';
  if (parts.length === 0) return 'HL7_NO_REPORT_TEXT';
  if (identity.made) return 'HL7_REQUIRED_FIELD_MISSING';
  if (more) return 'HL7_TOO_MANY_ACCESSIONS';
  return isFromFuture ? 'HL7_TIME_IN_FUTURE' : null;
}

/** MDM^T06 and T08 say by their event what TXA-17 does not: an addendum, an edit; T11 cancels (9.6). */
function statusOf(event: string, status: ReportStatus): ReportStatus {
  if (event === 'T05' || event === 'T06') return 'ADDENDUM';
  if (event === 'T11') return 'CANCELLED';
  if ((event === 'T08' || event === 'T10') && status === 'FINAL') return 'CORRECTED';
  return status;
}

/**
 * (facility, filler number): MSH-4, else MSH-3; TXA-12, else OBR-3, ORC-3 or the accession number. `made` where none of
 * them is given: the message's control id stands in, so that no two such reports replace each other.
 */
function identityOf(
  message: Message,
  group: Group,
  accessions: Accession[],
  reader: Reader,
): Identified['identity'] {
  const facility = identifierWithin(reader.text('MSH-4') || reader.text('MSH-3'));
  const own = (path: 'OBR-3' | 'ORC-3'): string => {
    const segment = first(group.segments, path.slice(0, 3));
    return segment === undefined ? '' : textIn(message, segment, path).trim();
  };
  for (const value of [reader.text('TXA-12'), own('OBR-3'), own('ORC-3')]) {
    if (value !== '' && reader.accept(identifierWithin(value)))
      return { facility, fillerNumber: value, made: false };
  }
  const [accession] = accessions;
  if (accession !== undefined) return { facility, fillerNumber: accession.value, made: false };
  return { facility, fillerNumber: `message ${identifierWithin(reader.fallbackIdentity)}`, made: true };
}

function first(segments: Segment[], name: string): Segment | undefined {
  return segments.find((segment) => segment.name === name);
}
