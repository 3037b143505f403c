/** Bytes of a data set before its pixels that are read to describe it; multi-frame objects have long ones. */
export const MAX_HEADER_BYTES = 64 * 1024 * 1024;

/** One frame as it is stored, in bytes: it is held in memory while it is decoded. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** Frames of an object whose pixels are asked for whole, as bulk data. */
export const MAX_BULK_FRAMES = 100_000;

/** Time to decode and render one frame; a decoder that takes longer is ended, with its thread. */
export const MAX_DECODE_MS = 10_000;

/** For a request whose frame is to be decoded: those before it, the start of a thread and its own decoding together. */
export const MAX_DECODE_WAIT_MS = 30_000;

/** Requests that wait for the decoder; more are told to come again. */
export const MAX_WAITING_DECODES = 64;

/** Time for the thread to load the codecs, and its heap in MiB. */
export const MAX_DECODER_OPEN_MS = 120_000;
export const MAX_DECODER_HEAP_MB = 2_048;

/** Headers that are read at once for one answer. */
export const HEADERS_AT_ONCE = 8;

/** Objects whose frames were found, and are remembered. */
export const MAX_REMEMBERED_OBJECTS = 64;

/** Frames of all of them together. */
export const MAX_REMEMBERED_FRAMES = 200_000;

/** Deflated data sets that are kept inflated: their bytes together, at least one whole, and for how long nobody need read them. */
export const MAX_REMEMBERED_INFLATED_BYTES = 256 * 1024 * 1024;
export const MAX_REMEMBERED_INFLATED_MS = 30_000;

/** Cases that one study is looked for in: as many as one object has accession numbers. */
export const MAX_STUDY_CASES = 64;

/** QIDO-RS queries and rendered images a second that one address may ask for, and how many it may save up. */
export const MAX_DICOMWEB_PER_SECOND = 100;
export const MAX_DICOMWEB_BURST = 400;

/**
 * Requests a second for objects, metadata, frames and bulk data, and how many an address may save up: a viewer asks for each slice of a CT, so
 * that there are more of them than of queries.
 */
export const MAX_OBJECT_REQUESTS_PER_SECOND = 500;
export const MAX_OBJECT_REQUESTS_BURST = 2_000;

/** Longest side of a thumbnail that is made because none is kept, and of a viewport, in pixels. */
export const THUMBNAIL_SIZE = 256;
export const MAX_VIEWPORT = 8_192;
