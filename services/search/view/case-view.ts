import type { Assertion } from '../../../core/radiology/events.ts';
import { hasWaitedTooLong } from '../../../core/radiology/standing.ts';
import { isResult } from '../../../core/text/report-labels.ts';
import type { CaseSummary, CaseView, Hit, ImageView, ReportView, Why } from '../../../schemas/api/answers.ts';
import { markedSegments } from '../../../schemas/api/segments.ts';
import type {
  CaseDocument,
  CaseDocumentImage,
  CaseDocumentReport,
} from '../../../schemas/index/case-document.ts';
import { entityTag, type WrittenDocument } from '../http/entity-tag.ts';
import { MAX_HIT_IMAGES, MAX_IMPRESSION_LENGTH } from '../limits.ts';
import { named } from '../query/named-concept.ts';
import { chronicFindings } from './chronic-findings.ts';
import { reportContradictions } from './report-contradictions.ts';

/** A document as it was found: without its vectors, with the version of the index. */
export interface FoundCase {
  id: string;
  version: number;
  /** of which its entity tag is made */
  written: WrittenDocument;
  document: CaseDocument;
}

/** A case with all of its reports and images. */
export function caseView(found: FoundCase): CaseView {
  const { document } = found;
  return {
    ...summary(found, Number.POSITIVE_INFINITY),
    firstReceivedAt: time(document.first_received_at),
    images: document.images.map((image) => imageView(found, image)),
    reports: document.reports.map(reportView),
  };
}

/** A case in a list of hits: a few of its images, those first that matter. */
export function hitView(found: FoundCase, why: Why, score: number): Hit {
  const { images } = found.document;
  const worth = (image: CaseDocumentImage) =>
    (why.image?.other === image.id || why.picture?.image === image.id ? 8 : 0) +
    (image.thumbnail === null ? 0 : 4) +
    (image.marked ? 2 : 0) +
    (image.cited ? 1 : 0);
  const shown = [...images].sort((a, b) => worth(b) - worth(a)).slice(0, MAX_HIT_IMAGES);
  return {
    ...summary(found, MAX_IMPRESSION_LENGTH),
    images: shown.map((image) => imageView(found, image)),
    why,
    score,
  };
}

/** How the case asserts each concept that was asked for, with the sentence that says so. */
export function conceptEvidence(document: CaseDocument, concepts: readonly string[]): Why['concepts'] {
  return concepts.flatMap((concept) => {
    const assertion = assertionOf(document, concept);
    if (assertion === null) return [];
    for (const report of document.reports) {
      const finding =
        report.status === 'CANCELLED'
          ? undefined
          : report.findings.find(
              (candidate) =>
                candidate.concept === concept && candidate.assertion === assertion && isResult(candidate),
            );
      if (finding === undefined) continue;
      const { sentenceStart: from, sentenceEnd: to, start, end } = finding;
      return [
        { ...named(concept), assertion, sentence: markedSegments(report.text, { from, to, start, end }) },
      ];
    }
    return [{ ...named(concept), assertion, sentence: [] }];
  });
}

function assertionOf({ findings }: CaseDocument, concept: string): Assertion | null {
  if (findings.present.includes(concept)) return 'PRESENT';
  if (findings.uncertain.includes(concept)) return 'UNCERTAIN';
  return findings.absent.includes(concept) ? 'ABSENT' : null;
}

function summary({ id, version, written, document }: FoundCase, impressionLength: number): CaseSummary {
  const chronic = chronicFindings(document.reports);
  return {
    id,
    version,
    tag: entityTag(written, document),
    accession: document.accession,
    title: document.title,
    modality: document.modality,
    bodyPart: document.body_part,
    studiedAt: timeOrNull(document.studied_at),
    receivedAt: time(document.last_received_at),
    patient: { sex: document.patient.sex, ageGroup: document.patient.age_group },
    status: document.status,
    standing: document.standing,
    flags: flagsOf(document),
    impression: shorten(impression(document), impressionLength),
    findings: {
      present: document.findings.present.map((concept) => ({
        ...named(concept),
        chronic: chronic.has(concept),
      })),
      absent: document.findings.absent.map(named),
      uncertain: document.findings.uncertain.map(named),
    },
    unreadCount: unreadCount(document),
    imageCount: document.image_count,
    reportCount: document.report_count,
  };
}

/** Of the reports that count. A document that was indexed before these were there lacks them. */
function unreadCount({ reports }: CaseDocument): number {
  return reports.reduce(
    (sum, { status, unread }) => sum + (status === 'CANCELLED' ? 0 : (unread ?? []).length),
    0,
  );
}

/** The flags as stored, and whether the case has waited too long for its other side: time decides that, not the record. */
function flagsOf({ flags, standing, first_received_at }: CaseDocument): string[] {
  const late = hasWaitedTooLong(standing, first_received_at, Date.now());
  return late ? [...new Set([...flags, 'UNMATCHED'])].sort() : flags;
}

/** The impression; a report without one begins with its findings, or with its text. */
function impression(document: CaseDocument): string {
  if (document.text.impression !== '') return document.text.impression;
  const report = document.reports.find(({ status }) => status !== 'CANCELLED');
  if (report === undefined) return '';
  const findings = report.sections.find(({ name }) => name === 'FINDINGS');
  return findings === undefined ? report.text.trim() : report.text.slice(findings.start, findings.end);
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), length / 2))}…`;
}

function imageView({ id }: FoundCase, image: CaseDocumentImage): ImageView {
  return {
    id: image.id,
    thumbnail:
      image.thumbnail === null ? null : `/api/cases/${id}/images/${image.thumbnail.sha256}/thumbnail`,
    frame: image.frame,
    seriesNumber: image.series_number,
    instanceNumber: image.instance_number,
    modality: image.modality,
    view: image.view,
    laterality: image.laterality,
    bodyPart: image.body_part,
    marked: image.marked,
    cited: image.cited,
    keyImage: image.key_image,
    rows: image.rows,
    columns: image.columns,
    embedded: image.embedded,
    problem: image.problem,
  };
}

function reportView(report: CaseDocumentReport, position: number): ReportView {
  return {
    id: `r${position + 1}`,
    status: report.status,
    effectiveAt: time(report.effective_at),
    observedAt: timeOrNull(report.observed_at),
    procedure: report.procedure,
    text: report.text,
    sections: report.sections,
    findings: report.findings.map((finding) => ({ ...finding, ...named(finding.concept) })),
    contradictions: report.status === 'CANCELLED' ? [] : reportContradictions(report.findings),
    citations: report.citations.map((citation) => ({
      seriesNumber: citation.series_number,
      instanceNumber: citation.instance_number,
      start: citation.start,
      end: citation.end,
      sentenceStart: citation.sentence_start,
      sentenceEnd: citation.sentence_end,
      images: citation.images,
    })),
    // What was indexed before a field was there lacks it.
    unread: report.unread ?? [],
    versions: report.versions.map((version, position) => ({
      status: version.status,
      effectiveAt: time(version.effective_at),
      receivedOffset: version.received_offset,
      shown: version.shown ?? position === 0,
    })),
    withdrawnLines: report.withdrawn_lines ?? 0,
    linesWithoutResult: report.lines_without_result ?? 0,
    labeler: report.labeler,
    problem: report.problem,
  };
}

/** '' for a time that no calendar has. */
function time(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : time(milliseconds) || null;
}
