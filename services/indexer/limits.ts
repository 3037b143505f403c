/** Entries that one citation is followed to, the first ones: frames of an image that is cited as a whole. */
export const MAX_CITED_IMAGES = 8;
/** A bulk request is cut at this many bytes; Elasticsearch refuses bodies above 100 MB (`http.max_content_length`). */
export const MAX_BULK_BYTES = 8 * 1024 * 1024;
/** Tries of the same items that Elasticsearch pushed back (429, 503), before the whole step waits. */
export const MAX_BULK_ATTEMPTS = 4;
/** Between two of these tries, doubled each time. */
export const BULK_BACKOFF_MS = 100;
/** A component of a vector is written with this many significant digits; float16 has less than four. */
export const VECTOR_DIGITS = 5;
/** Between two looks at which builds are there. */
export const FOLLOW_INDICES_MS = 2_000;
/**
 * Records of one partition that a new build is given at once: requests of this size cost Elasticsearch a tenth less than those of
 * the 32 that a case waits for at most in the index that is searched.
 */
export const BUILD_STEP_RECORDS = 128;
/** Partitions that are written at the same time: while one waits for Elasticsearch, the documents of the next are made. */
export const CONCURRENT_PARTITIONS = 2;
