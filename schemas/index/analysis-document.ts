import type { ReportStatus } from '../../core/radiology/events.ts';

/** A document of the analysts' view, as `cases-analysis.mapping.json` maps it: only what can be counted. */
export interface AnalysisDocument {
  /** yyyy-MM */
  study_month: string | null;
  standing: string;
  flags: string[];
  key_kind: 'ACCESSION' | 'STUDY' | 'REPORT';
  status: ReportStatus | null;
  modality: string[];
  body_part: string[];
  sex: string | null;
  age_group: string | null;
  findings: { present: string[]; absent: string[]; uncertain: string[] };
  counts: {
    reports: number;
    /** versions of all reports together */
    report_versions: number;
    /** frames that can be seen or cited */
    images: number;
    embedded_images: number;
    /** named by a key object selection or presentation state */
    key_images: number;
    citations: number;
    citations_resolved: number;
    report_characters: number;
  };
  /** in seconds; what each is: services/indexer/delays.ts */
  delays: {
    first_image_to_first_report_s: number | null;
    first_to_last_received_s: number;
    study_to_first_report_s: number | null;
    study_to_final_s: number | null;
  };
  labeler_generation: number | null;
  text_vector_generation: number | null;
  image_vector_generation: number | null;
  backend: string[];
  /** error codes */
  problems: string[];
}
