/** Bytes that a deflated data set may grow to. */
export const MAX_INFLATED_BYTES = 256 * 1024 * 1024;

/** Memory of the codecs, outside of any heap: their WebAssembly module says so itself, and none of theirs grows beyond. */
export const MAX_CODEC_BYTES = 2 * 1024 ** 3;
