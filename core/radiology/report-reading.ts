import type { Vector } from '../vector/vector.ts';

/** What the labeler read in a report. */
export interface ReportReading {
  labeler: { generation: number; hash: string };
  /** the whole report text; all offsets are places in it (phi) */
  text: string;
  sections: { name: SectionName; start: number; end: number }[];
  findings: Finding[];
  citations: ImageCitation[];
  /** the clauses that assert something, without the denied ones: what is searched and embedded (phi) */
  assertedText: string;
  /** of the whole report, and of cited sentences; one for each of these and each generation, see `text-vectors.ts` */
  textVectors: TextVector[];
  problem: string | null;
  implied: ImpliedFinding[];
  contradictions: Contradiction[];
  /** sentences, and parts of one, in a language that is not read: nothing stands among the findings for them */
  unread: TextRange[];
  /** what a topic model says of the report: one list for each generation of topics, the newest first */
  topics: ReportTopics[];
}

/** A vector of the report's text. */
export interface TextVector {
  /** the sentence that it stands for; null: what the whole report asserts */
  sentence: TextRange | null;
  vector: Vector;
}

/** The topics of a report by one bundle. */
export interface ReportTopics {
  generation: number;
  /** hash of the model bundle */
  bundle: string;
  /** sorted by name; weights are above 0 and at most 1 */
  topics: { topic: string; weight: number }[];
}

/** A stretch of the report text; `end` is the place after it. */
export interface TextRange {
  start: number;
  end: number;
}

export type SectionName =
  | 'INDICATION'
  | 'COMPARISON'
  | 'TECHNIQUE'
  | 'FINDINGS'
  | 'IMPRESSION'
  | 'ADDENDUM'
  | 'OTHER';

export type Assertion = 'PRESENT' | 'ABSENT' | 'UNCERTAIN';

/** One mention of a finding in a report. */
export interface Finding {
  /** concept of our own list, e.g. `pneumothorax` */
  concept: string;
  /** NORMAL: a statement of normality ("heart size is normal"), no finding of something */
  kind: 'FINDING' | 'NORMAL';
  assertion: Assertion;
  subject: 'PATIENT' | 'FAMILY';
  time: 'CURRENT' | 'HISTORICAL';
  section: SectionName;
  laterality: '' | 'LEFT' | 'RIGHT' | 'BILATERAL';
  location: string;
  /** of the mention in the report text */
  start: number;
  end: number;
  sentenceStart: number;
  sentenceEnd: number;
  /** the words that decided the assertion, '' where none did */
  cue: string;
  /** yet to come ("planned for biopsy of the mass"); never a result */
  planned: boolean;
  /** what the examination is to find out ("evaluate for pneumonia"); never a result */
  reason: boolean;
  change: '' | 'NEW' | 'WORSE' | 'IMPROVED' | 'STABLE' | 'RESOLVED';
  severity: '' | 'MINIMAL' | 'MILD' | 'MODERATE' | 'SEVERE';
  /** one to three measures as written, in millimetres: "1.2 x 0.8 cm" is [12, 8] */
  sizesMm: number[];
  /** how many: a whole number, `multiple`, or '' */
  quantity: string;
  /** where the text says all this, and by which rules */
  attributes: FindingAttribute[];
  /** id of the rule that found it, e.g. `finding/effusion/2`; `core/text/rules.ts` explains it */
  rule: string;
}

/** A stretch of the text that says something about a finding. */
export interface FindingAttribute {
  kind:
    | 'CERTAINTY'
    | 'SUBJECT'
    | 'TIME'
    | 'REASON'
    | 'CHANGE'
    | 'SEVERITY'
    /** ACUTE or CHRONIC (old, healed); has no field of its own */
    | 'AGE'
    /** density, enhancement, margin, shape ("spiculated"); as many as are said, and no field of its own */
    | 'LOOK'
    | 'LATERALITY'
    | 'LOCATION'
    | 'SIZE'
    | 'QUANTITY';
  /** what it says, as in the finding's field; of a size the text */
  value: string;
  start: number;
  end: number;
  /** id of the rule */
  rule: string;
}

/** A finding that another one implies (a pneumonia is an opacity); it never stands among the findings. */
export interface ImpliedFinding {
  concept: string;
  assertion: 'PRESENT' | 'UNCERTAIN';
  /** the concept that implies it */
  by: string;
  rule: string;
}

/** Two results of one report that cannot both hold, by the places where they start. */
export interface Contradiction {
  concept: string;
  first: number;
  second: number;
}

/** One cited image, e.g. "(series 3, image 55)"; a range gives one citation for each image. */
export interface ImageCitation {
  seriesNumber: number | null;
  instanceNumber: number;
  start: number;
  end: number;
  sentenceStart: number;
  sentenceEnd: number;
  /** the sentence with the one before and the one after (the paper, section 2) */
  contextStart: number;
  contextEnd: number;
}
