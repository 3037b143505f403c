/** Records of one input that go into one transaction; with the other input's it may be twice as many. */
export const MAX_TRANSACTION_RECORDS = 128;
/** One send is one record batch for the broker; a larger case goes alone. */
export const MAX_SEND_BYTES = 512 * 1024;
/** An open transaction of a member that died holds read-committed readers up for at most this long. */
export const TRANSACTION_TIMEOUT_MS = 10_000;
/** Between two tries to begin a transaction while the broker still ends the one before (Kafka's own clients: 20). */
export const CONCURRENT_RETRY_MS = 10;
/** How long a fetch waits at the broker when there is nothing: bounds the time until a partition just taken is read. */
export const FETCH_WAIT_MS = 100;
/** Read at once from one partition of an input. */
export const MAX_FETCH_BYTES = 1024 * 1024;
/**
 * A cache that was not written for this long is not trusted: tombstones are compacted away after 30 days
 * (`delete.retention.ms`), and a case that was erased meanwhile must not come back.
 */
export const MAX_CACHE_AGE_MS = 7 * 86_400_000;
/** Partitions that are taken at the same time: each opens connections and reads. */
export const MAX_PARALLEL_TAKES = 4;
/** Between two tries to take a partition. */
export const MIN_TAKE_BACKOFF_MS = 100;
export const MAX_TAKE_BACKOFF_MS = 5_000;
/** Rejected objects that are looked up in the cache before others get their turn. */
export const LOOKUPS_AT_ONCE = 2_000;
/** How often foreign records are undone in one go, where more of them come meanwhile; the next look goes on. */
export const MAX_UNDO_ROUNDS = 3;
/** Between two looks for foreign records in a partition. */
export const FOREIGN_CHECK_MS = 5_000;
/** Traces of one record that an erasure leaves in the register, 33 bytes each; a case of 1,000 images needs five. */
export const MAX_TRACES_OF_RECORD = 256;
/** Between two tries to erase the bytes of a case. */
export const MIN_ERASE_BACKOFF_MS = 100;
export const MAX_ERASE_BACKOFF_MS = 30_000;
/** Offsets that one aborted transaction passes over, while the log is made longer than what was made of it. */
export const MAX_SKIPPED_TOGETHER = 20_000;
/** States that one transaction of a recovery writes, and their bytes; a larger one goes alone. */
export const MAX_RECOVERED_TOGETHER = 128;
export const MAX_RECOVERED_BYTES = 4 * 1024 * 1024;
