import { InterleaveError } from '../errors.ts';
import type { Patient, ReportPart, ReportStatus } from '../radiology/events.ts';
import { reportStatus } from '../radiology/report-status.ts';
import { type Accession, accessionReader, DEFAULT_ACCESSION_PATHS } from './accession.ts';
import { isDocument } from './embedded-document.ts';
import { identifierWithin, TextCutter } from './field-length.ts';
import { MAX_STUDIES_PER_REPORT, MAX_TIME_AHEAD_MS } from './limits.ts';
import { type Message, type Segment, textAt, textIn } from './message.ts';
import { modalityOf } from './modality.ts';
import { once } from './once.ts';
import { patientOf } from './patient-identification.ts';
import { type Group, groupsOf, shareText } from './report-groups.ts';
import { isText, reportParts } from './report-text.ts';
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
  patient: Patient;
  studyInstanceUids: string[];
  procedure: { code: string; text: string };
  modality: string;
  parts: ReportPart[];
  /** OBX with text or a document that are not read */
  withdrawnLines: number;
  linesWithoutResult: number;
  problem:
    | 'HL7_NO_REPORT_TEXT'
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
  /** what documents (OBX of type ED) say, by place of their OBX; null for one that could not be read */
  documents?: ReadonlyMap<number, readonly ReportPart[] | null>;
}

/**
 * The reports of an ORU^R01 (HL7 v2.5.1 7.3.1; 2.3 to 2.8 alike) or of an MDM document message (9.6): one for each OBR
 * with text; an OBR without text shares the text of its message, as when one dictation covers several examinations.
 * OBR groups of the same filler and accession numbers are one report. Throws `HL7_REQUIRED_FIELD_MISSING` when there
 * is no OBR (ORU) or no TXA (MDM), `HL7_UNREADABLE` above `MAX_REPORTS_PER_MESSAGE`.
 */
export function reportsOf(message: Message, options: ReportOptions = {}): Report[] {
  const document = message.segments.find((segment) => segment.name === 'TXA');
  const { groups, shared } = groupsOf(message);
  if (groups.length === 0) {
    if (document === undefined)
      throw new InterleaveError('HL7_REQUIRED_FIELD_MISSING', 'The message has no OBR segment.');
    groups.push({
      pid: first(message.segments, 'PID'),
      segments: message.segments,
      observations: message.segments.filter((segment) => segment.name === 'OBX'),
    });
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
    else for (const observation of group.observations) same.observations.push(observation);
  }
  shareText(
    [...reports.values()].map(({ group }) => group),
    (one) => isText(one) || reader.documents.has(one),
    patientNumber,
  );
  return [...reports.values()].map((report) => reportOf(message, report, reader));
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
    [...(options.documents ?? [])].map(([at, parts]) => [message.segments[at], parts]),
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
    observed: once((observations: Segment[]) => ({
      parts: reportParts(message, observations, (one) => documents.get(one) ?? null),
      unread: observations.some((one) => documents.get(one) === null),
      status: statusAmong(message, observations),
    })),
  };
}

function reportOf(message: Message, identified: Identified, reader: Reader): Report {
  const { group, accessions, identity } = identified;
  const cutter = new TextCutter();
  const { cut } = cutter;
  const obr = first(group.segments, 'OBR');
  const text = (path: string): string => (obr === undefined ? '' : textIn(message, obr, path).trim());
  const { parts, unread, status } = reader.observed(group.observations);
  const resultStatus = text('OBR-25') || reader.text('TXA-17') || status;
  const stated = [text('OBR-22'), reader.text('TXA-8'), reader.text('MSH-7')].flatMap((stamp) => {
    const at = parseTimestamp(stamp, reader.zone);
    return at === null ? [] : [{ at, zoned: zoneOf(stamp) !== '' }];
  });
  const dated = stated.find(({ at }) => at <= reader.latest);
  const patient = reader.patient(group.pid);
  const report = {
    identity: { facility: identity.facility, fillerNumber: identity.fillerNumber },
    accessions,
    status: statusOf(reader.text('MSH-9.2'), resultStatus),
    resultStatus: cut(resultStatus),
    effectiveAt: dated?.at ?? null,
    zoned: dated?.zoned ?? true,
    observedAt: parseTimestamp(text('OBR-7'), reader.zone) ?? reader.time('TXA-4'),
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
    withdrawnLines: 0,
    linesWithoutResult: 0,
  };
  const isFromFuture = dated !== stated[0];
  const problem = unread ? 'HL7_DOCUMENT_UNREADABLE' : problemOf(identified, parts, isFromFuture);
  return { ...report, problem: problem ?? (cutter.hasCut ? 'HL7_FIELD_TOO_LONG' : null) };
}

/** The gravest one. */
function problemOf(
  { identity, more }: Identified,
  parts: ReportPart[],
  isFromFuture: boolean,
): Report['problem'] {
  if (parts.length === 0) return 'HL7_NO_REPORT_TEXT';
  if (identity.made) return 'HL7_REQUIRED_FIELD_MISSING';
  if (more) return 'HL7_TOO_MANY_ACCESSIONS';
  return isFromFuture ? 'HL7_TIME_IN_FUTURE' : null;
}

/** The first OBX-11 that says something. */
function statusAmong(message: Message, observations: readonly Segment[]): string {
  for (const observation of observations) {
    if (!carriesReport(observation)) continue;
    const status = textIn(message, observation, 'OBX-11').trim();
    if (status !== '') return status;
  }
  return '';
}

function carriesReport(observation: Segment): boolean {
  return isText(observation) || isDocument(observation);
}

/** MDM^T06 and T08 say by their event what TXA-17 does not: an addendum, an edit; T11 cancels (9.6). */
function statusOf(event: string, resultStatus: string): ReportStatus {
  if (event === 'T05' || event === 'T06') return 'ADDENDUM';
  if (event === 'T11') return 'CANCELLED';
  const status = reportStatus(resultStatus);
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
