const MIB = 1024 * 1024;

/**
 * Below this much free space the object store takes nothing more; the sender keeps it and sends it later. What is left
 * is for Kafka, Elasticsearch and the logs, which share the disk where `up` runs them: we never fill it ourselves.
 */
export const MIN_FREE_BYTES = 256 * MIB;

/** Below this much free space it is said (`DISK_LOW`), before anything is refused. */
export const LOW_FREE_BYTES = 512 * MIB;

/**
 * Kafka or Elasticsearch is not started again with less: each writes as it starts (recovery, indexes of segments, the
 * state of the cluster), and would end again. Less than `MIN_FREE_BYTES`, so that they are back before more is taken.
 */
export const ENGINE_MIN_FREE_BYTES = 128 * MIB;

/**
 * With less, no lmdb file of ours is opened or written (`lmdb-room.ts` says why): more than what any other program writes
 * between the question and the write.
 */
export const LMDB_MIN_FREE_BYTES = 64 * MIB;

/** Between two looks at the free space. */
export const DISK_POLL_MS = 1_000;
