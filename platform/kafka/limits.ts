/** Records that may wait for Kafka in one process; more are refused with `KAFKA_BUSY`. */
export const MAX_QUEUED_RECORDS = 10_000;
/** Bytes that may wait for Kafka in one process. */
export const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** One send is one record batch for each partition; the broker refuses larger ones than `max.message.bytes`. */
export const MAX_BATCH_RECORDS = 100;
export const MAX_BATCH_BYTES = 512 * 1024;
/** A record with its key and headers; a little below `max.message.bytes`, for the batch header. */
export const MAX_RECORD_VALUE_BYTES = 4 * 1024 * 1024 - 16 * 1024;
/** A send that is not confirmed after this long has failed, though it may have landed. */
export const SEND_TIMEOUT_MS = 8_000;

/** A new broker on a busy machine takes its time until every partition of new topics has a leader. */
export const TOPIC_CREATION_TIMEOUT_MS = 60_000;

/** Looks whether a broker knows new topics, and the time between two. */
export const MAX_TOPIC_LOOKS = 100;
export const TOPIC_LOOK_MS = 100;

/** A member that was killed frees its partitions after this long. */
export const SESSION_TIMEOUT_MS = 10_000;
export const HEARTBEAT_INTERVAL_MS = 2_000;
export const REBALANCE_TIMEOUT_MS = 20_000;
/** Between two heartbeats while a handler is at work. */
export const HANDLER_HEARTBEAT_MS = 2_000;
/** Records that a handler is given at once, unless it asks for another number. */
export const MAX_POLL_RECORDS = 32;
/** A consumer with lag that commits nothing for this long has stalled and is ended, to be restarted. */
export const STALL_TIMEOUT_MS = 90_000;
/** Between two tries to join the group while it has no coordinator. */
export const COORDINATOR_RETRY_MS = 1_000;
/** Between two tries of a record that failed for a reason that passes. */
export const MIN_BACKOFF_MS = 100;
export const MAX_BACKOFF_MS = 5_000;
/** Read at once while a partition is restored. */
export const MAX_RESTORE_FETCH_BYTES = 2 * 1024 * 1024;
/** How long a fetch waits at the broker while a partition is restored. */
export const RESTORE_FETCH_WAIT_MS = 500;
/** After so many empty fetches where the broker must have data, compaction has emptied the record batch. */
export const MAX_EMPTY_FETCHES = 3;
/** Tries of one request while a partition is restored; before the n-th further one this is waited n times. */
export const MAX_RESTORE_ATTEMPTS = 5;
export const RESTORE_RETRY_MS = 100;
/** Restoring fails, to be tried again, when it does not move for this long. */
export const RESTORE_STALL_MS = 15_000;

/** Between two looks at the end of a register. */
export const REGISTER_POLL_MS = 250;
/** A register that could not be read for this long is told to be behind. */
export const REGISTER_LATE_MS = 10_000;
/** Distinct entries of a register that a process keeps, about 200 bytes each; of one with more nothing further is read. */
export const MAX_REGISTER_RECORDS = 2_000_000;

/** Between two questions for a schema that nobody could give yet. */
export const MIN_SCHEMA_WAIT_MS = 100;
export const MAX_SCHEMA_WAIT_MS = 5_000;
/** A partition that waits for a schema is told again after this long. */
export const SCHEMA_TOLD_AGAIN_MS = 60_000;
