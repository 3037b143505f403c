/** Limits of what the store does about a disk that fails, each with a test. */

/** Tries to read a record from a journal, and the time between two; then it is set aside. */
export const MAX_READ_TRIES = 5;
export const RETRY_MS = 1_000;

/**
 * A segment that cannot be read as a whole is read in pieces of this size (a page, which is what a disk loses); after so
 * many that failed the rest is taken for lost: each may take a failing disk seconds.
 */
export const SEGMENT_PIECE_BYTES = 4 * 1024;
export const MAX_UNREADABLE_PIECES = 64;
