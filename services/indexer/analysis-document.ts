import { createHash } from 'node:crypto';
import type { Case } from '../../core/radiology/events.ts';
import type { AnalysisDocument } from '../../schemas/index/analysis-document.ts';
import type { CaseDocument } from '../../schemas/index/case-document.ts';
import { delaysOf } from './delays.ts';

/**
 * The document of a case in the analysts' view, made from its clinical document so that nothing withheld there can
 * come back here. Counts, codes and closed lists only: no number or name of a patient, sender or order, no text, no UID,
 * no date finer than a month.
 */
export function analysisDocument(theCase: Case, document: CaseDocument): AnalysisDocument {
  const citations = document.reports.flatMap((report) => report.citations);
  const labelers = theCase.reports.map(({ latest }) => latest.reading.labeler.generation);
  const texts = theCase.reports.flatMap(({ latest }) =>
    latest.reading.textVectors.map(({ vector }) => vector.generation),
  );
  const hasImages = document.images.length > 0;
  return {
    study_month: monthOf(document.studied_at),
    standing: document.standing,
    flags: document.flags,
    key_kind: document.key_kind,
    status: document.status,
    modality: document.modality.filter(isCode),
    body_part: document.body_part.filter(isCode),
    sex: document.patient.sex || null,
    age_group: document.patient.age_group || null,
    findings: document.findings,
    counts: {
      reports: document.report_count,
      report_versions: sum(document.reports.map((report) => report.versions.length)),
      images: document.image_count,
      embedded_images: document.images.filter((image) => image.embedded).length,
      key_images: document.images.filter((image) => image.marked).length,
      citations: citations.length,
      citations_resolved: citations.filter((citation) => citation.images.length > 0).length,
      report_characters: sum(document.reports.map((report) => report.text.length)),
    },
    delays: delaysOf(theCase, hasImages),
    labeler_generation: labelers.length === 0 ? null : Math.max(...labelers),
    text_vector_generation: texts.length === 0 ? null : Math.max(...texts),
    image_vector_generation: hasImages
      ? Math.max(0, ...theCase.vectors.map(({ vector }) => vector.generation)) || null
      : null,
    backend: hasImages
      ? [...new Set(theCase.images.map((image) => image.backend).filter((name) => name !== ''))].sort()
      : [],
    problems: [
      ...new Set([
        ...document.reports.flatMap((report) => report.problem ?? []),
        ...document.images.flatMap((image) => image.problem ?? []),
      ]),
    ].sort(),
  };
}

/**
 * The `_id` in the analysts' view. It tells a case from another and is the same each time, and whoever holds it cannot
 * open the case with it: the case id itself is the key to the clinical view.
 */
export function analysisId(caseId: string): string {
  return createHash('sha256').update(`analysis\u001f${caseId}`).digest('hex').slice(0, 32);
}

function monthOf(time: number | null): string | null {
  if (time === null) return null;
  const date = new Date(time);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1000 || year > 9999) return null;
  return date.toISOString().slice(0, 7);
}

/** A DICOM code string (PS3.5 6.2, CS): what is longer or of other characters was typed in, and may name somebody. */
function isCode(value: string): boolean {
  return /^[A-Z0-9_ ]{1,16}$/.test(value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
