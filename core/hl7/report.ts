import { InterleaveError } from '../errors.ts';
import type { Patient, ReportPart, ReportStatus } from '../radiology/events.ts';
import { reportStatus } from '../radiology/report-status.ts';
import { type Accession, accessionsOf, DEFAULT_ACCESSION_PATHS } from './accession.ts';
import { isDocument } from './embedded-document.ts';
import { MAX_REPORTS_PER_MESSAGE, MAX_TIME_AHEAD_MS } from './limits.ts';
import { type Message, type Segment, textAt, textIn } from './message.ts';
import { modalityOf } from './modality.ts';
import { patientOf } from './patient-identification.ts';
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
  observedAt: number | null;
  patient: Patient;
  studyInstanceUids: string[];
  procedure: { code: string; text: string };
  modality: string;
  parts: ReportPart[];
  problem:
    | 'HL7_NO_REPORT_TEXT'
    | 'HL7_DOCUMENT_UNREADABLE'
    | 'HL7_REQUIRED_FIELD_MISSING'
    | 'HL7_TIME_IN_FUTURE'
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
  const groups = groupsOf(message);
  if (groups.length === 0) {
    if (document === undefined)
      throw new InterleaveError('HL7_REQUIRED_FIELD_MISSING', 'The message has no OBR segment.');
    groups.push({
      pid: first(message.segments, 'PID'),
      segments: message.segments,
      observations: message.segments.filter((segment) => segment.name === 'OBX'),
    });
  }
  const documents = new Map(
    [...(options.documents ?? [])].map(([at, parts]) => [message.segments[at], parts]),
  );
  const saysSomething = (one: Segment): boolean => isText(one) || documents.has(one);
  shareText(groups, saysSomething);
  const reports = new Map<string, Group>();
  let patients = 0;
  const patientOfRaw = once((_raw: string | undefined) => ++patients);
  for (const group of groups) {
    const { fillerNumber } = identityOf(message, group, options);
    const accessions = accessionsIn(message, group, options).map(({ value }) => value);
    const key = JSON.stringify([patientOfRaw(group.pid?.raw), fillerNumber, accessions]);
    const same = reports.get(key);
    if (same === undefined) reports.set(key, group);
    else same.observations = [...new Set([...same.observations, ...group.observations])];
  }
  const zone = zoneOf(textAt(message, 'MSH-7')) || (options.zone ?? 'UTC');
  const partsOf = once((observations: Segment[]) =>
    reportParts(message, observations, (one) => documents.get(one) ?? null),
  );
  return [...reports.values()].map((group): Report => {
    const report = reportOf(message, group, partsOf(group.observations), zone, options);
    const unread = group.observations.some((one) => documents.get(one) === null);
    return unread ? { ...report, problem: 'HL7_DOCUMENT_UNREADABLE' } : report;
  });
}

/** What belongs to one OBR: itself, its ORC, what follows until the next, and the segments that hold for all. */
interface Group {
  pid: Segment | undefined;
  segments: Segment[];
  observations: Segment[];
}

function groupsOf(message: Message): Group[] {
  const groups: Group[] = [];
  const shared: Segment[] = [];
  let current: Group | undefined;
  let order: Segment | undefined;
  let pid: Segment | undefined;
  for (const segment of message.segments) {
    if (segment.name === 'PID') {
      pid = segment;
      current = undefined;
    } else if (segment.name === 'ORC') order = segment;
    else if (segment.name === 'OBR') {
      current = { pid, segments: order === undefined ? [segment] : [segment, order], observations: [] };
      order = undefined;
      groups.push(current);
      if (groups.length > MAX_REPORTS_PER_MESSAGE)
        throw new InterleaveError('HL7_UNREADABLE', `More than ${MAX_REPORTS_PER_MESSAGE} OBR groups.`);
    } else if (current === undefined || segment.name === 'TXA') shared.push(segment);
    else {
      current.segments.push(segment);
      if (segment.name === 'OBX') current.observations.push(segment);
    }
  }
  for (const group of groups) group.segments.push(...shared);
  return groups;
}

/** Groups without text get that of all groups of their patient, one list: never that of another one in the message. */
function shareText(groups: Group[], saysSomething: (observation: Segment) => boolean): void {
  const ofPatient = once((pid: Segment | undefined) => [
    ...new Set(groups.filter((group) => group.pid === pid).flatMap((group) => group.observations)),
  ]);
  for (const group of groups)
    if (!group.observations.some(saysSomething)) group.observations = ofPatient(group.pid);
}

/** A function that is asked once for each key: a long text is not read again for each of a hundred OBRs. */
function once<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

function reportOf(
  message: Message,
  group: Group,
  parts: ReportPart[],
  zone: string,
  options: ReportOptions,
): Report {
  const obr = first(group.segments, 'OBR');
  const txa = first(group.segments, 'TXA');
  const time = (segment: Segment | undefined, path: string): number | null =>
    segment === undefined ? null : parseTimestamp(textIn(message, segment, path), zone);
  const text = (segment: Segment | undefined, path: string): string =>
    segment === undefined ? '' : textIn(message, segment, path).trim();
  const identity = identityOf(message, group, options);
  const observationStatus = group.observations.filter(carriesReport).map((one) => text(one, 'OBX-11'));
  const resultStatus =
    text(obr, 'OBR-25') || text(txa, 'TXA-17') || observationStatus.find((one) => one !== '') || '';
  const stated = [
    time(obr, 'OBR-22'),
    time(txa, 'TXA-8'),
    parseTimestamp(textAt(message, 'MSH-7'), zone),
  ].filter((candidate) => candidate !== null);
  const latest = (options.receivedAt ?? Infinity) + MAX_TIME_AHEAD_MS;
  const effectiveAt = stated.find((candidate) => candidate <= latest) ?? null;
  return {
    identity: { facility: identity.facility, fillerNumber: identity.fillerNumber },
    accessions: accessionsIn(message, group, options),
    status: statusOf(textAt(message, 'MSH-9.2'), resultStatus),
    resultStatus,
    effectiveAt,
    observedAt: time(obr, 'OBR-7') ?? time(txa, 'TXA-4'),
    patient: patientOf(message, group.pid),
    studyInstanceUids: studyInstanceUidsOf(message, group.segments),
    procedure: {
      code: text(obr, 'OBR-4.1') || text(txa, 'TXA-2'),
      text: text(obr, 'OBR-4.2') || text(obr, 'OBR-4.5'),
    },
    modality: modalityOf(text(obr, 'OBR-24')),
    parts,
    problem: problemOf(parts, identity.made, effectiveAt !== (stated[0] ?? null)),
  };
}

/** The gravest one. */
function problemOf(parts: ReportPart[], identityIsMade: boolean, isFromFuture: boolean): Report['problem'] {
  if (parts.length === 0) return 'HL7_NO_REPORT_TEXT';
  if (identityIsMade) return 'HL7_REQUIRED_FIELD_MISSING';
  return isFromFuture ? 'HL7_TIME_IN_FUTURE' : null;
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
  options: ReportOptions,
): { facility: string; fillerNumber: string; made: boolean } {
  const accept = options.accept ?? (() => true);
  const facility = textAt(message, 'MSH-4').trim() || textAt(message, 'MSH-3').trim();
  for (const path of ['TXA-12', 'OBR-3', 'ORC-3'] as const) {
    const segment = first(group.segments, path.slice(0, 3));
    const value = segment === undefined ? '' : textIn(message, segment, path).trim();
    if (value !== '' && accept(value)) return { facility, fillerNumber: value, made: false };
  }
  const accession = accessionsIn(message, group, options)[0]?.value;
  if (accession !== undefined) return { facility, fillerNumber: accession, made: false };
  const controlId = textAt(message, 'MSH-10').trim();
  return { facility, fillerNumber: `message ${controlId || options.fallbackIdentity || ''}`, made: true };
}

function accessionsIn(message: Message, group: Group, options: ReportOptions): Accession[] {
  return accessionsOf(message, group.segments, {
    paths: options.accessionPaths ?? DEFAULT_ACCESSION_PATHS,
    accept: options.accept ?? (() => true),
  });
}

function first(segments: Segment[], name: string): Segment | undefined {
  return segments.find((segment) => segment.name === name);
}
