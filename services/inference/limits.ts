/** Bytes of one stored object that are read into memory. */
export const MAX_OBJECT_BYTES = 512 * 1024 * 1024;

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

/** Time for a thread to load the model or the codecs. */
export const MAX_OPEN_MS = 120_000;

/** Heap of a worker thread in MiB; a decoder that wants more is ended, and its image has a problem. */
export const MAX_WORKER_HEAP_MB = 2048;
