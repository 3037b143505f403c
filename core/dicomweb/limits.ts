/** The limits of DICOMweb messages (PS3.18). Each has a test. Lengths are bytes unless said otherwise. */

/** The headers of one part of a multipart message, and what may stand before its first part. */
export const MAX_PART_HEADER_LENGTH = 8 * 1024;
export const MAX_PREAMBLE_LENGTH = 8 * 1024;

/** RFC 2046 5.1.1 */
export const MAX_BOUNDARY_LENGTH = 70;

/** An `Accept` header, and the media ranges in it that are looked at. */
export const MAX_ACCEPT_LENGTH = 4 * 1024;
export const MAX_MEDIA_RANGES = 64;

/** Binary values up to here stand in the metadata themselves, longer ones behind a BulkDataURI (PS3.18 F.2.2). */
export const MAX_INLINE_BINARY = 1024;

/** Parameters of a QIDO-RS query, characters of one value, values of one key. */
export const MAX_QUERY_PARAMETERS = 64;
export const MAX_QUERY_VALUE_LENGTH = 8 * 1024;
export const MAX_QUERY_LIST = 256;

/** A value that may hold `*` and `?`: its characters, and how many of them these may be; values of one key that are matched so. */
export const MAX_PATTERN_LENGTH = 256;
export const MAX_WILDCARDS = 16;
export const MAX_PATTERNS = 32;

/** Results of one QIDO-RS answer, and how far one can page. */
export const MAX_QUERY_RESULTS = 1_000;
export const DEFAULT_STUDIES = 100;
export const MAX_QUERY_DEPTH = 10_000;

/** Frames of one request. */
export const MAX_REQUESTED_FRAMES = 1_000;
