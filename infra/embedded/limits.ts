import { MAX_RECORD_BYTES } from '../../schemas/topics.ts';

const MB = 1024 * 1024;

export const KAFKA_HEAP_MB = 512;
export const ELASTICSEARCH_HEAP_MB = 1024;

/** Both heaps, and what a JVM needs beside its heap. */
export const ENGINES_MEMORY_MB = 2 * 1024;

/** Engines, eight Node processes and the models. */
export const SYSTEM_MEMORY_MB = 4 * 1024;

/** A Kafka request holds one record at least, with what the protocol puts around it. */
export const KAFKA_MESSAGE_MAX_BYTES = MAX_RECORD_BYTES + MB;

/** Session and transaction timeouts of our clients are 10 s; nothing here asks for more than this. */
export const KAFKA_TRANSACTION_MAX_MS = 60_000;

/** How long an engine may take until it answers. A busy machine with two cores needs far more than a quiet one. */
export const ENGINE_READY_MS = 300_000;

/** How long it may take to stop cleanly. */
export const ENGINE_STOP_MS = 30_000;
