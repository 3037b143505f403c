import { normaliseName } from '../../core/radiology/case-key.ts';
import type { Case, CaseReport, Patient } from '../../core/radiology/events.ts';
import { NO_PATIENT } from '../../core/radiology/patient.ts';
import { patientKeys, patientsOf } from '../../core/radiology/patient-key.ts';
import { shownReports } from '../../core/radiology/removals.ts';
import type { CaseStanding } from '../../core/radiology/standing.ts';
import { reportVector } from '../../core/radiology/text-vectors.ts';
import { labelsByAssertion } from '../../core/text/report-labels.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import type {
  CaseDocument,
  CaseDocumentImage,
  CaseDocumentReport,
} from '../../schemas/index/case-document.ts';
import { sidedFindings } from '../../schemas/index/sided-finding.ts';
import { ageGroup } from './age-group.ts';
import { documentImages } from './document-images.ts';
import { counts, documentReport, newestFirst, sectionText, unreadText } from './document-reports.ts';
import { documentVector, type VectorSlot } from './document-vector.ts';

/** What the physical index takes. */
export interface VectorSlots {
  text: VectorSlot;
  image: VectorSlot;
}

/**
 * The document of a case in the clinical view. What is searched comes from the reports that count, the newest first;
 * of images that may not be shown (withheld or rejected) nothing is in it: not a thumbnail, not a date. The site's secret
 * makes the patients' keys.
 */
export function caseDocument(
  theCase: Case,
  standing: CaseStanding,
  slots: VectorSlots,
  secret: Buffer,
): CaseDocument {
  const listed = documentImages(theCase, standing, slots.image);
  const shownImages = theCase.images.filter((image) =>
    standing.shownImages.has(image.received.sopInstanceUid),
  );
  const received = shownImages.map((image) => image.received);
  const reports = newestFirst(shownReports(theCase));
  const counting = reports.filter(counts);
  const newest = counting[0] ?? reports[0];
  const shown = reports.map((report) => documentReport(report, listed));
  const images = searchedImages(listed, shown);
  const patient = patientOf(newest, received[0]?.patient);
  const studiedAt = studyTime(
    counting,
    received.map((image) => image.studyDate),
  );
  const textVector = newestVector(counting, slots.text);
  return {
    case_id: theCase.caseId,
    accession: theCase.caseKey.kind === 'ACCESSION' ? theCase.caseKey.value : '',
    record_numbers: recordNumbers(theCase),
    key_kind: theCase.caseKey.kind,
    patient_key: patientKeys(secret, patientsOf({ reports, images: shownImages })),
    standing: standing.standing,
    flags: standing.flags,
    title: titleOf(
      reports,
      received.map((image) => image.studyDescription),
    ),
    status: newest?.latest.received.status ?? null,
    modality: distinct([
      ...received.map(({ modality }) => modality),
      ...(images.length > 0 ? [] : counting.map((report) => report.latest.received.modality)),
    ]),
    body_part: distinct(received.map(({ bodyPart }) => bodyPart)),
    patient: { sex: patient.sex, age_group: ageGroup(patient.birthDate, studiedAt) },
    studied_at: studiedAt,
    sorted_at: sortTime(theCase, counting, studiedAt),
    first_received_at: theCase.firstReceivedAt,
    last_received_at: theCase.lastReceivedAt,
    report_count: reports.length,
    image_count: images.length,
    findings: labelsByAssertion(counting.flatMap((report) => report.latest.reading.findings)),
    sided_findings: sidedFindings(shown),
    text: textOf(counting),
    ...(textVector === null ? {} : { text_vector: textVector }),
    images,
    ...vectorBytes(textVector, images),
    reports: shown,
  };
}

/**
 * The images with what reports cite of them. One is searched by its vector while it is a key image or cited: after a
 * correction that cites it no more, the case keeps the vector, and the index leaves it out.
 */
function searchedImages(
  images: readonly CaseDocumentImage[],
  reports: readonly CaseDocumentReport[],
): CaseDocumentImage[] {
  const ids = new Set(
    reports
      .filter(({ status }) => status !== 'CANCELLED')
      .flatMap(({ citations }) => citations.flatMap((citation) => citation.images)),
  );
  return images.map(({ vector, ...image }) => {
    const cited = ids.has(image.id);
    const isSearched = vector !== undefined && (cited || image.marked || image.key_image !== 'NONE');
    return { ...image, cited, embedded: isSearched, ...(isSearched ? { vector } : {}) };
  });
}

function textOf(reports: readonly CaseReport[]): CaseDocument['text'] {
  const readings = reports.map((report) => report.latest.reading);
  const join = (texts: string[]) => texts.filter((text) => text !== '').join('\n');
  return {
    asserted: join(readings.map((reading) => reading.assertedText)),
    report: join(readings.map((reading) => reading.text)),
    impression: join(readings.map((reading) => sectionText(reading, ['IMPRESSION'])).slice(0, 1)),
    indication: join(readings.map((reading) => sectionText(reading, ['INDICATION']))),
    unread: join(readings.map(unreadText)),
  };
}

/** A case has one text vector: that of the newest report which has one. */
function newestVector(reports: readonly CaseReport[], slot: VectorSlot): number[] | null {
  for (const report of reports) {
    const vector = documentVector(reportVector(report.latest.reading, slot.generation), slot);
    if (vector !== null) return vector;
  }
  return null;
}

function vectorBytes(
  ofText: number[] | null,
  images: readonly CaseDocumentImage[],
): Pick<CaseDocument, 'text_vector_bytes' | 'image_vector_bytes'> {
  const ofImages = images.flatMap(({ vector }) => (vector === undefined ? [] : [toFloat16(vector)]));
  return {
    ...(ofText === null ? {} : { text_vector_bytes: toFloat16(ofText).toString('base64') }),
    ...(ofImages.length === 0 ? {} : { image_vector_bytes: Buffer.concat(ofImages).toString('base64') }),
  };
}

function patientOf(report: CaseReport | undefined, ofImages: Patient | undefined): Patient {
  const ofReport = report?.latest.received.patient ?? NO_PATIENT;
  return {
    ...ofReport,
    sex: ofReport.sex || (ofImages?.sex ?? ''),
    birthDate: ofReport.birthDate || (ofImages?.birthDate ?? ''),
  };
}

/** The examination: OBR-7 of the newest report that gives it, else the first study date of the images. */
function studyTime(reports: readonly CaseReport[], studyDates: readonly string[]): number | null {
  for (const report of reports) {
    const { observedAt } = report.latest.received;
    if (observedAt !== null) return observedAt;
  }
  for (const date of studyDates) {
    const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date);
    const time = match === null ? Number.NaN : Date.parse(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
    if (!Number.isNaN(time)) return time;
  }
  return null;
}

/**
 * Where a case stands in time: its examination, else when its first report was made (OBR-22, MSH-7), else when it came here; never
 * after it came. So what an archive brings in stands among its own years.
 */
function sortTime(theCase: Case, reports: readonly CaseReport[], studiedAt: number | null): number {
  const reportedAt = reports.flatMap(({ latest, versions }) =>
    [latest.received, ...versions].map(({ effectiveAt }) => effectiveAt),
  );
  const ownTime = studiedAt ?? Math.min(theCase.firstReceivedAt, ...reportedAt);
  return Math.min(ownTime, theCase.lastReceivedAt);
}

function titleOf(reports: readonly CaseReport[], studyDescriptions: readonly string[]): string {
  const procedures = reports.map(({ latest }) => latest.received.procedure.text);
  return [...procedures, ...studyDescriptions].find((title) => title.trim() !== '')?.trim() ?? '';
}

function recordNumbers(theCase: Case): string[] {
  const accession = theCase.caseKey.kind === 'STUDY' ? [] : [theCase.caseKey.value];
  const fillers = shownReports(theCase).map(({ latest }) => latest.received.identity.fillerNumber);
  return distinct([...accession, ...fillers].map(normaliseName));
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))].sort();
}
