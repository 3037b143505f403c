/** Bytes that a deflated data set may grow to. */
export const MAX_INFLATED_BYTES = 256 * 1024 * 1024;
