/** Bytes of one stored object that are read into memory. */
export const MAX_OBJECT_BYTES = 512 * 1024 * 1024;

/** An object up to this size is fetched while the one before it is read. */
export const MAX_FETCHED_AHEAD_BYTES = 32 * 1024 * 1024;

/** Longest side of a thumbnail, in pixels. */
export const THUMBNAIL_SIZE = 256;

/** Partitions that are handled at the same time: while one decodes, the images of another are embedded and stored. */
export const CONCURRENT_PARTITIONS = 4;

/**
 * Records of one poll of a partition. Those of all partitions that are under way may take their whole time, and each
 * cost a new thread, before the consumer counts as stalled (`STALL_TIMEOUT_MS` of the platform), so that a few hostile
 * objects do not restart the service for ever.
 */
export const MAX_POLL_IMAGES = 2;

/** Time to read one object: decompress, render, shrink. */
export const MAX_READ_MS = 10_000;

/** Time for one batch of the model; native backends compile on the first. */
export const MAX_EMBED_MS = 60_000;

/** Bundles that the model's thread keeps open: those that may be live, and one that is being retired. */
export const MAX_OPEN_BUNDLES = 3;

/** Time for a thread to load the model or the codecs. */
export const MAX_OPEN_MS = 120_000;

/** States of cases that are looked through at once for images to embed again. */
export const MAX_POLL_REEMBEDDED_CASES = 4;

/** States of cases that are looked through at once for cited images: each image of a study brings a state. */
export const MAX_POLL_CITING_CASES = 16;

/** Stored images that are embedded at once. */
export const STORED_BATCH = 4;

/** Of the time, at most so much is spent on images that are embedded again: after each batch it rests as long as the batch took. */
export const REEMBED_SHARE = 0.5;

/** The same of cited images: someone waits for them, and they give way to what comes in all the same. */
export const CITED_SHARE = 1;

/**
 * Cited images that are remembered as embedded, until the case says it itself: the states that follow meanwhile do not have
 * the vectors yet. As many cases are remembered of which frames were left out.
 */
export const MAX_REMEMBERED_CITED = 10_000;

/** A case with many stored images is embedded in parts of so long, or the consumer would count as stalled. */
export const MAX_STORED_POLL_MS = 45_000;

/** Heap of a worker thread in MiB; a decoder that wants more is ended, and its image has a problem. */
export const MAX_WORKER_HEAP_MB = 2048;
