/** Limits of the MLLP listener, each with a test; `config.ts` lets a site change the defaults. Times in ms. */

/** Connections at once, in all and of one peer address; one more is closed as it opens. */
export const DEFAULT_MAX_CONNECTIONS = 500;
export const DEFAULT_MAX_CONNECTIONS_PER_PEER = 100;

/** From the opening of a connection to its first byte: engines connect ahead of time, scanners do nothing more. */
export const DEFAULT_FIRST_BYTE_TIMEOUT_MS = 300_000;

/** From the first byte of a frame to its end, however steadily its bytes drip. */
export const DEFAULT_FRAME_TIMEOUT_MS = 30_000;

/** A connection without a byte for this long is closed; a sender opens it again. */
export const DEFAULT_IDLE_TIMEOUT_MS = 3_600_000;

/** From the end of a frame to its answer, whatever the object store and Kafka do. */
export const DEFAULT_ANSWER_TIMEOUT_MS = 15_000;

/** After FS a sender may take this long for its CR, then the frame counts as complete. */
export const END_BLOCK_GRACE_MS = 250;

/** Messages of one connection that may wait for their answer; then the socket is not read. */
export const MAX_IN_FLIGHT_PER_CONNECTION = 32;

/** Bytes of messages that wait for their answer or are still being kept, all connections together; then no socket is read. */
export const MAX_IN_FLIGHT_BYTES = 24 * 1024 * 1024;

/**
 * Memory of unfinished frames, all connections together. Above it the connection whose frame is unfinished for the
 * longest is closed: a sender that works finishes its frame in no time.
 */
export const MAX_UNFINISHED_BYTES = 24 * 1024 * 1024;

/** Things that are no frame on one connection; then it is closed: the other side does not speak MLLP. */
export const MAX_FAULTS_PER_CONNECTION = 20;

/** A peer that does not read its answers for this long is dropped. */
export const ANSWER_WRITE_TIMEOUT_MS = 30_000;

/** After the last answer the peer may take this long to close its side. */
export const CLOSE_GRACE_MS = 1_000;

/**
 * Events of one message: one for each of its reports in each of its cases. Each holds the text of its report; all texts
 * together have a limit in UTF-16 units, or a message of one megabyte could ask for gigabytes.
 */
export const MAX_EVENTS_PER_MESSAGE = 200;
export const MAX_EVENT_TEXT_PER_MESSAGE = 16 * 1024 * 1024;

/** Messages remembered to tell a repeat from a new one, and for how long. */
export const MAX_REMEMBERED_MESSAGES = 50_000;
export const DEFAULT_REMEMBER_MS = 600_000;

/** Processes that read documents; each is one sender's at a time. */
export const DOCUMENT_READERS = 2;

/**
 * Bytes of messages of one sender that wait for a reader: with more, what is under way in the gateway would be one
 * sender's. A small message counts as much as `MIN_BYTES_WAITING`. One message may wait however large it is.
 */
export const MAX_DOCUMENT_BYTES_WAITING = 8 * 1024 * 1024;
export const MIN_BYTES_WAITING = 16 * 1024;

/**
 * Shares of the time to answer: what a message may wait until somebody reads its documents (then it is to be sent again),
 * and what reading all of them may take, from when it begins (then the rest is unreadable). The rest is for keeping it.
 */
export const DOCUMENT_WAIT_SHARE = 1 / 4;
export const DOCUMENT_READ_SHARE = 1 / 2;
export const KEEP_SHARE = 1 - DOCUMENT_WAIT_SHARE - DOCUMENT_READ_SHARE;

/**
 * A batch in one frame, in times to answer: all its messages together may wait for readers and have documents read for no
 * longer than one message may (what is left then is unreadable). While its messages are kept it may go on for so many such
 * times; from the first on, one that could not be kept ends it. The messages that were not begun are to be sent again.
 */
export const BATCH_DOCUMENT_SHARE = DOCUMENT_WAIT_SHARE + DOCUMENT_READ_SHARE;
export const MAX_BATCH_TIMES = 8;

/** For a process that reads documents to start. */
export const DOCUMENT_OPEN_MS = 10_000;

/** V8's heap of that process, and all that it may write to, what a PDF inflates to included. In MiB. */
export const MAX_DOCUMENT_HEAP_MB = 256;
export const MAX_DOCUMENT_MEMORY_MB = 512;

/** Pages of one PDF, and UTF-16 units of the text of one document; one with more is not read. */
export const MAX_DOCUMENT_PAGES = 100;
export const MAX_DOCUMENT_TEXT = 1024 * 1024;
