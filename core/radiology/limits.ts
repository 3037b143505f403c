/**
 * The limits of a case. Every item of a case has a largest size and every list a largest length, so that a case stays
 * under `MAX_RECORD_BYTES` whatever is sent: a large case is never poison. What a limit leaves out sets `overflow`, and
 * `left-out.ts` names it to whoever merges.
 *
 * What stays is decided by identities alone (UIDs, filler numbers, frame numbers), never by sizes or times: an identity
 * that is left out once would be left out in every order of arrival.
 */
export interface CaseLimits {
  reports: number;
  reportBytes: number;
  reportVersions: number;
  sentenceVectors: number;
  topics: number;
  images: number;
  imageBytes: number;
  selections: number;
  selectionBytes: number;
  imageFrames: number;
  embeddedFrames: number;
  frameBytes: number;
  vectorBytes: number;
  vectorGenerations: number;
  identityBytes: number;
  nameBytes: number;
}

/** Reports of a case, each in its newest version, or in two where versions with and without a time zone came. */
export const MAX_CASE_REPORTS = 8;
/** One version with what was read in it, in Avro. Beyond it the message's parts go first (the text stays), then the end. */
export const MAX_REPORT_BYTES = 72 * 1024;
/** Versions that a report remembers. */
export const MAX_REPORT_VERSIONS = 32;
/** What one version remembers of its findings, in Avro: about 25 results. Beyond it denials go first. */
export const MAX_VERSION_FINDINGS_BYTES = 512;
/** Cited sentences of a report that have vectors of their own, the first ones. */
export const MAX_SENTENCE_VECTORS = 16;
/** Topics of a report by one bundle: those with the greatest weights. */
export const MAX_REPORT_TOPICS = 16;
/** DICOM objects of a case that are neither key object selections nor presentation states. */
export const MAX_CASE_IMAGES = 1_000;
/** One image without its frames, in Avro. Beyond it descriptions are shortened. */
export const MAX_IMAGE_BYTES = 1_152;
/** Key object selections and presentation states of a case; thousands of slices never push them out. */
export const MAX_CASE_SELECTIONS = 16;
/** One of them, in Avro: about 560 references. Beyond it the last references go; those of a rejection note act by the register. */
export const MAX_SELECTION_BYTES = 40 * 1024;
/**
 * Frames of one object that are listed with thumbnail and vector, the first ones. As inference reads at most 4 of its own
 * choice (`MAX_READ_FRAMES`), the others are those that reports cite.
 */
export const MAX_IMAGE_FRAMES = 32;
/** Frames of a case that are listed with thumbnail and vector: key images, and what reports cite beside them. */
export const MAX_CASE_EMBEDDED_IMAGES = 64;
/** The place of a thumbnail, in Avro. */
export const MAX_FRAME_BYTES = 256;
/** A vector's data: 2,048 float16 values. */
export const MAX_VECTOR_BYTES = 4_096;
/** Vectors of one frame or text: while a new model embeds everything again, the old index still needs the old ones. */
export const MAX_VECTOR_GENERATIONS = 2;
/** Concepts and scores of one prediction of a frame, in Avro: about 25. Beyond it the smallest scores go. */
export const MAX_PREDICTION_BYTES = 640;
/** A UID, a digest, the hash of a model: what is longer is none. UIDs have at most 64 (PS3.5 9.1). */
export const MAX_IDENTITY_BYTES = 64;
/** A facility, a filler number, an accession number with its issuer. */
export const MAX_NAME_BYTES = 512;

/** Who decided a removal: a UID, an actor. What is longer is cut. */
export const MAX_REMOVAL_DECIDER_BYTES = 64;
/** The title code of a rejection note. What is longer is cut. */
export const MAX_REMOVAL_CODE_BYTES = 16;
/** Kinds, offset, time and frames of one removal, and the lengths of its texts. */
const REMOVAL_OVERHEAD_BYTES = 80;

/**
 * How far two times of one report may be apart only because one of them lacks its time zone, which is then read as that of
 * its message, of the site, or UTC: zones reach from UTC-12 to UTC+14.
 */
export const MAX_ZONE_DOUBT_MS = 14 * 60 * 60 * 1000;

/** Patients of one case that are spelled differently; more than this cannot be one person. Each pair is compared. */
export const MAX_COMPARED_PATIENTS = 32;

/** Patients by whose identifiers one case is found. */
export const MAX_PATIENTS_OF_CASE = 64;

export const CASE_LIMITS: CaseLimits = {
  reports: MAX_CASE_REPORTS,
  reportBytes: MAX_REPORT_BYTES,
  reportVersions: MAX_REPORT_VERSIONS,
  sentenceVectors: MAX_SENTENCE_VECTORS,
  topics: MAX_REPORT_TOPICS,
  images: MAX_CASE_IMAGES,
  imageBytes: MAX_IMAGE_BYTES,
  selections: MAX_CASE_SELECTIONS,
  selectionBytes: MAX_SELECTION_BYTES,
  imageFrames: MAX_IMAGE_FRAMES,
  embeddedFrames: MAX_CASE_EMBEDDED_IMAGES,
  frameBytes: MAX_FRAME_BYTES,
  vectorBytes: MAX_VECTOR_BYTES,
  vectorGenerations: MAX_VECTOR_GENERATIONS,
  identityBytes: MAX_IDENTITY_BYTES,
  nameBytes: MAX_NAME_BYTES,
};

/** Numbers and lengths of one entry of a list, at most: offsets, times, generations, counts. */
const ENTRY_OVERHEAD_BYTES = 64;

/** No case is larger than this, in Avro. */
export function largestCaseBytes(limits: CaseLimits): number {
  const version = limits.identityBytes + MAX_VERSION_FINDINGS_BYTES + ENTRY_OVERHEAD_BYTES;
  const report = 2 * limits.reportBytes + limits.reportVersions * version + ENTRY_OVERHEAD_BYTES;
  const vector = limits.vectorBytes + 2 * limits.identityBytes + ENTRY_OVERHEAD_BYTES;
  const prediction = MAX_PREDICTION_BYTES + 2 * limits.identityBytes + ENTRY_OVERHEAD_BYTES;
  const frame = limits.frameBytes + ENTRY_OVERHEAD_BYTES + limits.vectorGenerations * (vector + prediction);
  const removal = MAX_REMOVAL_DECIDER_BYTES + MAX_REMOVAL_CODE_BYTES + REMOVAL_OVERHEAD_BYTES;
  const header = 3 * limits.nameBytes + ENTRY_OVERHEAD_BYTES;
  return (
    header +
    limits.reports * report +
    limits.images * (limits.imageBytes + ENTRY_OVERHEAD_BYTES) +
    limits.selections * (limits.selectionBytes + ENTRY_OVERHEAD_BYTES) +
    (limits.images + limits.selections) * (limits.identityBytes + removal) +
    limits.reports * (2 * limits.nameBytes + removal) +
    limits.embeddedFrames * frame
  );
}
