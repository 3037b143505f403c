import type { Finding, ReportStatus, SectionName, TextRange } from '../../core/radiology/events.ts';

/**
 * A document of the clinical view, as `cases.mapping.json` maps it: one for each case, its `_id` the case id and its
 * `_version` the offset of the record in `radiology.case`. The indexer writes it, search reads it. (phi)
 */
export interface CaseDocument {
  /** its `_id` once more, in a column: a ranking of hundreds would else unpack each document for it */
  case_id: string;
  /** '' where the case is keyed by study or report */
  accession: string;
  /** accession and filler numbers, normalised, to be found by */
  record_numbers: string[];
  key_kind: 'ACCESSION' | 'STUDY' | 'REPORT';
  /** of each patient that its reports and shown images name (`core/radiology/patient-key.ts`); mostly one */
  patient_key: string[];
  standing: string;
  flags: string[];
  /** the examination, as report or images name it */
  title: string;
  /** of the newest report, null without one */
  status: ReportStatus | null;
  modality: string[];
  body_part: string[];
  patient: { sex: string; age_group: string };
  studied_at: number | null;
  /** what "newest first" means: the time of the study, else of its first report, else of receipt */
  sorted_at: number;
  first_received_at: number;
  last_received_at: number;
  report_count: number;
  image_count: number;
  /** concept ids */
  findings: { present: string[]; absent: string[]; uncertain: string[] };
  /** results that name a side, as `sidedFinding` writes them */
  sided_findings: string[];
  /** of all reports that count, the newest first */
  text: {
    asserted: string;
    report: string;
    impression: string;
    indication: string;
    /** sentences in a language that is not read: found by their words, and never asserted */
    unread: string;
  };
  /** absent where nothing was asserted, or in another generation than the index */
  text_vector?: number[];
  images: CaseDocumentImage[];
  /**
   * The same vectors once more, float16 in Base64, those of the images one after the other: what is stored of a document holds
   * no vectors, or each hit would be read with all of them. Absent where there are none.
   */
  text_vector_bytes?: string;
  image_vector_bytes?: string;
  /** for display only: neither parsed nor searched by Elasticsearch */
  reports: CaseDocumentReport[];
}

/** One frame of an image. */
export interface CaseDocumentImage {
  /** the first 16 hex digits of the object's SHA-256, and the frame: unique in its case, and no UID */
  id: string;
  sop_instance_uid: string;
  series_instance_uid: string;
  study_instance_uid: string;
  sop_class_uid: string;
  transfer_syntax_uid: string;
  /** (0008,0020) YYYYMMDD, '' where absent */
  study_date: string;
  study_description: string;
  /** frames of the whole object; each entry is one of them */
  number_of_frames: number;
  /** the DICOM object that it stands in, in the object store */
  object: { sha256: string; size: number };
  frame: number;
  series_number: number | null;
  instance_number: number | null;
  modality: string;
  body_part: string;
  view: string;
  laterality: string;
  rows: number;
  columns: number;
  key_image: string;
  /** named by a key object selection or presentation state */
  marked: boolean;
  /** cited in a report that counts */
  cited: boolean;
  thumbnail: { sha256: string; media_type: string } | null;
  problem: string | null;
  /** whether it is searched by its vector: a key image, or one that is cited. Answers leave the vectors themselves out */
  embedded: boolean;
  vector?: number[];
}

export interface CaseDocumentReport {
  status: ReportStatus;
  effective_at: number;
  observed_at: number | null;
  procedure: string;
  text: string;
  sections: { name: SectionName; start: number; end: number }[];
  findings: Finding[];
  citations: CaseDocumentCitation[];
  /** places in the text that are in a language that is not read */
  unread: TextRange[];
  /** by their times, the latest first; `shown`: the one that this is, mostly the first (`core/radiology/report-order.ts`) */
  versions: { status: ReportStatus; effective_at: number; received_offset: number; shown: boolean }[];
  /** lines that the sender took back, and lines that are no result: none of them is in the text */
  withdrawn_lines: number;
  lines_without_result: number;
  labeler: { generation: number; hash: string };
  problem: string | null;
}

export interface CaseDocumentCitation {
  series_number: number | null;
  instance_number: number;
  start: number;
  end: number;
  sentence_start: number;
  sentence_end: number;
  /** ids of the images that are meant; empty when they are not here */
  images: string[];
}
