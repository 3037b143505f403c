import { hl7Timestamp } from '../clock.ts';
import type { Order, Person } from '../orders.ts';
import { layOut, type ObservationDraft, type ReportLayout } from '../text/layout.ts';
import type { WrittenSection } from '../text/written-section.ts';
import { components, type Field, headerSegment, segment } from './hl7-writer.ts';

/** One version of a report, ready to be written as a message. */
export interface ReportDraft {
  controlId: string;
  /** OBR-25 and OBX-11 */
  resultStatus: 'P' | 'F' | 'C';
  /** OBR-22; orders the versions of a report */
  effectiveAt: number;
  layout: ReportLayout;
  sections: readonly WrittenSection[];
}

/** An ORU^R01 (HL7 v2.5.1 7.3.1): MSH PID PV1 ORC OBR OBX… and ZDS where the facility names the study. */
export function reportMessage(order: Order, studyInstanceUid: string, draft: ReportDraft): Buffer {
  const { facility } = order;
  const segments = [
    header(order, draft),
    patientSegment(order),
    segment('PV1', ['1', order.procedure.views.length === 1 ? 'I' : 'O']),
    segment('ORC', ['RE', order.placerNumber, order.fillerNumber]),
    orderSegment(order, draft),
    ...layOut(draft.layout, draft.sections).map((item, index) => observation(order, draft, item, index + 1)),
  ];
  if (facility.namesStudy)
    segments.push(
      segment('ZDS', [components(studyInstanceUid, facility.application, 'Application', 'DICOM')]),
    );
  const encoding = facility.characterSet === '8859/1' ? 'latin1' : 'utf8';
  const text = segments.join('');
  return Buffer.from(facility.characterSet === '' ? asciiOnly(text) : text, encoding);
}

/** A sender that declares no character set writes ASCII. */
export function asciiOnly(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^\u0000-\u007f]/g, '?');
}

function header(order: Order, draft: ReportDraft): string {
  const { facility } = order;
  return headerSegment([
    facility.application,
    facility.code,
    'INTERLEAVE',
    'RESEARCH',
    timestamp(order, draft.effectiveAt + 5000),
    '',
    components('ORU', 'R01'),
    draft.controlId,
    'T',
    facility.hl7Version,
    '',
    '',
    '',
    '',
    '',
    facility.characterSet,
  ]);
}

function patientSegment(order: Order): string {
  const { patient } = order;
  return segment('PID', [
    '1',
    '',
    components(patient.identifier, '', '', patient.issuer, 'MR'),
    '',
    components(patient.familyName, patient.givenName),
    '',
    patient.birthDate,
    patient.sex,
  ]);
}

function orderSegment(order: Order, draft: ReportDraft): string {
  const { facility, procedure } = order;
  const fields: Field[] = new Array<Field>(32).fill('');
  const set = (number: number, value: Field) => {
    fields[number - 1] = value;
  };
  set(1, '1');
  set(2, order.placerNumber);
  set(3, order.fillerNumber);
  set(4, components(procedure.code, procedure.text, 'L'));
  set(6, timestamp(order, order.orderedAt));
  set(7, timestamp(order, order.observedAt));
  set(16, person(order.referrer));
  if (facility.accessionIn !== 'OBR-3') set(18, order.accession);
  set(22, timestamp(order, draft.effectiveAt));
  set(24, procedure.modality);
  set(25, draft.resultStatus);
  set(32, components([order.reader.identifier, order.reader.familyName, order.reader.givenName]));
  return segment('OBR', fields);
}

function observation(order: Order, draft: ReportDraft, item: ObservationDraft, number: number): string {
  const { code, text } = order.procedure;
  const value: Field =
    item.valueType === 'FT'
      ? { lines: item.repetitions.flat() }
      : { repetitions: item.repetitions.map(String) };
  const identifier =
    item.suffix === '' ? components(code, text, 'L') : components([code, item.suffix], text, 'L');
  return segment('OBX', [
    String(number),
    item.valueType,
    identifier,
    item.suffix === '' ? '' : '1',
    value,
    '',
    '',
    '',
    '',
    '',
    draft.resultStatus,
    '',
    '',
    timestamp(order, draft.effectiveAt),
  ]);
}

function person(value: Person): Field {
  return components(value.identifier, value.familyName, value.givenName);
}

function timestamp(order: Order, time: number): string {
  return hl7Timestamp(time) + order.facility.zone;
}
