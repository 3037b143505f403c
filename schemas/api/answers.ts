import type {
  Assertion,
  Finding,
  ReportStatus,
  SectionName,
  TextRange,
} from '../../core/radiology/events.ts';
import type { Segment } from './segments.ts';

/** What the API answers; README.md says it with examples. Times are ISO 8601 in UTC. */

export interface NamedConcept {
  concept: string;
  name: string;
}

/**
 * What put a hit into the list: BM25, text vector, a picture that the words are near to, shared findings, image vector, a record's
 * number, or being new.
 */
export type LegName = 'WORDS' | 'MEANING' | 'PICTURE' | 'FINDINGS' | 'IMAGE' | 'ACCESSION' | 'NEWEST';

export interface Why {
  legs: { leg: LegName; rank: number; score: number }[];
  /** how this case asserts what was asked (or what the other case has), and where it says so */
  concepts: (NamedConcept & { assertion: Assertion; sentence: Segment[] })[];
  /** fragments with the words that matched */
  words: Segment[][];
  /** the words stand in sentences of a language that is not read: nothing is known of what they say */
  wordsUnread: boolean;
  /**
   * neither a word, a finding nor an image like another put it here: only that its text, or a picture of it, is near to what was
   * asked
   */
  byMeaningOnly: boolean;
  /** the two images that are alike */
  image: { own: string; other: string; score: number } | null;
  /** the image that the words are nearest to, where they are compared with images */
  picture: { image: string; score: number } | null;
}

export interface ImageView {
  id: string;
  thumbnail: string | null;
  frame: number;
  seriesNumber: number | null;
  instanceNumber: number | null;
  modality: string;
  view: string;
  laterality: string;
  bodyPart: string;
  marked: boolean;
  cited: boolean;
  keyImage: string;
  rows: number;
  columns: number;
  embedded: boolean;
  problem: string | null;
}

/** What a hit and the view of a case have in common. */
export interface CaseSummary {
  id: string;
  /** offset of the record in `radiology.case` that it was made from */
  version: number;
  /** of the case as it is shown here; another one means that the case may have changed */
  tag: string;
  accession: string;
  title: string;
  modality: string[];
  bodyPart: string[];
  studiedAt: string | null;
  receivedAt: string;
  patient: { sex: string; ageGroup: string };
  status: ReportStatus | null;
  standing: string;
  flags: string[];
  impression: string;
  /** `chronic`: the case has it as an old one only (chronic, healed, remote) */
  findings: {
    present: (NamedConcept & { chronic: boolean })[];
    absent: NamedConcept[];
    uncertain: NamedConcept[];
  };
  /** sentences of its reports in a language that is not read; no findings stand for them */
  unreadCount: number;
  imageCount: number;
  reportCount: number;
}

export interface Hit extends CaseSummary {
  images: ImageView[];
  why: Why;
  score: number;
}

/** A finding as the labeler read it; what a document holds that was indexed before a field was there is undefined. */
export type FindingView = NamedConcept & Omit<Finding, LaterField> & Partial<Pick<Finding, LaterField>>;

/** Fields that documents of the first labelers lack. */
type LaterField =
  | 'planned'
  | 'reason'
  | 'change'
  | 'severity'
  | 'sizesMm'
  | 'quantity'
  | 'attributes'
  | 'rule';

/** Two statements of a report that cannot both hold; the chips of its case show one of them. */
export interface ContradictionView extends NamedConcept {
  /** the finding is present and absent, or present beside the statement of normality named in `beside` */
  kind: 'PRESENT_AND_ABSENT' | 'BESIDE_NORMALITY';
  beside: NamedConcept | null;
  /** where the two begin in the report's text */
  first: number;
  second: number;
}

export interface ReportView {
  id: string;
  status: ReportStatus;
  effectiveAt: string;
  observedAt: string | null;
  procedure: string;
  text: string;
  sections: { name: SectionName; start: number; end: number }[];
  findings: FindingView[];
  /** empty for a cancelled report */
  contradictions: ContradictionView[];
  citations: {
    seriesNumber: number | null;
    instanceNumber: number;
    start: number;
    end: number;
    sentenceStart: number;
    sentenceEnd: number;
    images: string[];
  }[];
  /** sentences, and parts of one, in a language that is not read: there are no findings of them */
  unread: TextRange[];
  /** by their times, the latest first; `shown`: the one that this is */
  versions: { status: ReportStatus; effectiveAt: string; receivedOffset: number; shown: boolean }[];
  /** lines that the sender took back, and lines that are no result: none of them is in `text` */
  withdrawnLines: number;
  linesWithoutResult: number;
  labeler: { generation: number; hash: string };
  problem: string | null;
}

export interface CaseView extends CaseSummary {
  firstReceivedAt: string;
  images: ImageView[];
  reports: ReportView[];
}

export interface FacetValue {
  value: string;
  name: string;
  count: number;
}

/**
 * How well cases fulfil what was asked of findings: each as it was asked; what was asked as present may be uncertain; of
 * several some, and none denied. UNREAD: only sentences in a language that is not read name it, to say what is unknown.
 */
export type Tier = 'AS_ASKED' | 'UNCERTAIN' | 'SOME' | 'UNREAD';

export interface Total {
  value: number;
  relation: 'eq' | 'gte';
  /** of `value`, where a finding was asked for as present; in the order of the hits, all of them */
  tiers: { tier: Tier; count: number }[];
  /** of `value`; they stand behind all others */
  byMeaningOnly: number;
}

/**
 * What became of a word that looks like the number of a record.
 * - `CASE_WITH_NUMBER`: every hit has this number, or another one that was asked for.
 * - `NO_CASE_WITH_NUMBER`: nobody has it, and nothing else is shown in its place.
 * - `NUMBER_LEFT_OUT`: the filters leave its case out, or it is withdrawn.
 * - `NUMBER_WITHOUT_WORDS`: its case does not match the other words.
 * - `READ_AS_WORD`: nobody has it; it may be a code, and was searched as a word.
 */
export interface NumberAnswer {
  typed: string;
  code:
    | 'CASE_WITH_NUMBER'
    | 'NO_CASE_WITH_NUMBER'
    | 'NUMBER_LEFT_OUT'
    | 'NUMBER_WITHOUT_WORDS'
    | 'READ_AS_WORD';
  /** the same in plain English */
  message: string;
}

export interface SearchAnswer {
  notice: string;
  query: {
    words: string;
    /** `side`: RIGHT, LEFT or BILATERAL where the words say so; it ranks, and does not filter */
    concepts: (NamedConcept & { assertion: Assertion; text: string; side: string })[];
    phrases: string[];
    rest: string;
    /** words and phrases behind a minus that name no finding: what has them is left out */
    denied: string[];
    /** mistyped names of findings, and what they were read as */
    respelled: { typed: string; read: string }[];
    /** where the words are read otherwise than they may be meant, in plain English */
    notes: string[];
    /** words that look like the number of a record, and whether a case has it */
    numbers: NumberAnswer[];
    /** true when the hits were found by the number of a record */
    accession: boolean;
  };
  total: Total;
  tookMs: number;
  from: number;
  size: number;
  hits: Hit[];
  facets: Record<string, FacetValue[]> | null;
}

export interface SimilarAnswer {
  notice: string;
  /** what the case had to compare; `none` where it has neither text nor image vector */
  by: 'text' | 'image' | 'both' | 'none';
  hits: Hit[];
  tookMs: number;
}

/** By case id the entity tag that the case has now; null where there is no such case (any more). */
export interface VersionsAnswer {
  notice: string;
  versions: Record<string, string | null>;
}
