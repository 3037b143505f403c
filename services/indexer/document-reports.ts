import type { CaseReport, ImageCitation, ReportReading, SectionName } from '../../core/radiology/events.ts';
import { type CitableImage, type CitedImage, followCitations } from '../../core/radiology/image-links.ts';
import { isMostlyUnread } from '../../core/radiology/unread-language.ts';
import type {
  CaseDocumentCitation,
  CaseDocumentImage,
  CaseDocumentReport,
} from '../../schemas/index/case-document.ts';
import { MAX_CITED_IMAGES } from './limits.ts';

/** The newest first; a cancelled report stays visible but comes last. */
export function newestFirst(reports: readonly CaseReport[]): CaseReport[] {
  return [...reports].sort(
    (a, b) =>
      Number(!counts(a)) - Number(!counts(b)) ||
      b.latest.received.effectiveAt - a.latest.received.effectiveAt ||
      b.latest.receivedOffset - a.latest.receivedOffset,
  );
}

/** Whether what the report says can be searched: a cancelled one says nothing any more. */
export function counts(report: CaseReport): boolean {
  return report.latest.received.status !== 'CANCELLED';
}

/** A report as it is displayed: whole text, places in it, citations with the images they mean. */
export function documentReport(
  { latest, versions }: CaseReport,
  images: readonly CaseDocumentImage[],
): CaseDocumentReport {
  const { received, reading } = latest;
  const entries = new Map<string, CaseDocumentImage[]>();
  for (const image of images) {
    const known = entries.get(image.sop_instance_uid);
    if (known === undefined) entries.set(image.sop_instance_uid, [image]);
    else known.push(image);
  }
  const citable = [...entries.values()].flatMap(([first]) => (first ? citableImage(first) : []));
  const follow = followCitations(citable, received.studyInstanceUids);
  return {
    status: received.status,
    effective_at: received.effectiveAt,
    observed_at: received.observedAt,
    procedure: received.procedure.text,
    text: reading.text,
    sections: reading.sections,
    findings: reading.findings,
    citations: reading.citations.map((citation) => documentCitation(citation, follow(citation), entries)),
    unread: reading.unread,
    versions: versions.map(({ status, effectiveAt, receivedOffset, digest }) => ({
      status,
      effective_at: effectiveAt,
      received_offset: receivedOffset,
      shown: digest === received.digest && status === received.status && effectiveAt === received.effectiveAt,
    })),
    withdrawn_lines: received.withdrawnLines,
    lines_without_result: received.linesWithoutResult,
    labeler: reading.labeler,
    problem: problemOf(latest),
  };
}

/** That a report has no text is the labeler's to see; why it has none is said by the gateway. */
function problemOf({ received, reading }: CaseReport['latest']): string | null {
  if (reading.problem === 'REPORT_EMPTY') return received.problem ?? reading.problem;
  return reading.problem ?? (isMostlyUnread(reading) ? 'LANGUAGE_NOT_READ' : received.problem);
}

/** The text of all sections of these names, in the order of the report. */
export function sectionText(reading: ReportReading, names: readonly SectionName[]): string {
  return reading.sections
    .filter((section) => names.includes(section.name))
    .map(({ start, end }) => reading.text.slice(start, end))
    .join('\n');
}

/** What is written in a language that is not read. */
export function unreadText({ text, unread }: ReportReading): string {
  return unread.map(({ start, end }) => text.slice(start, end)).join('\n');
}

function citableImage(image: CaseDocumentImage): CitableImage {
  return {
    sopInstanceUid: image.sop_instance_uid,
    seriesNumber: image.series_number,
    instanceNumber: image.instance_number,
    seriesInstanceUid: image.series_instance_uid,
    studyInstanceUid: image.study_instance_uid,
    numberOfFrames: image.number_of_frames,
  };
}

function documentCitation(
  citation: ImageCitation,
  cited: readonly CitedImage[],
  entries: ReadonlyMap<string, readonly CaseDocumentImage[]>,
): CaseDocumentCitation {
  const meant = cited.flatMap(({ sopInstanceUid, frame }) =>
    (entries.get(sopInstanceUid) ?? []).filter((image) => frame === null || frame === image.frame),
  );
  return {
    series_number: citation.seriesNumber,
    instance_number: citation.instanceNumber,
    start: citation.start,
    end: citation.end,
    sentence_start: citation.sentenceStart,
    sentence_end: citation.sentenceEnd,
    images: meant.slice(0, MAX_CITED_IMAGES).map(({ id }) => id),
  };
}
