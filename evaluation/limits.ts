/** Characters that one row of a CSV file may have: more means that a quotation mark was never closed. */
export const MAX_ROW_LENGTH = 4 * 1024 * 1024;

/** Resamples of a bootstrap that a command line may ask for. */
export const MAX_RESAMPLES = 100_000;
