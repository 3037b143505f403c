/** The limits of the STOW-RS listener; those of messages are in `core/dicomweb/limits.ts`. Each has a test. */

/** A request from its first byte to its last. */
export const STOW_REQUEST_MS = 3_600_000;

/** For the headers of a request; between two pieces of its body, and of its answer as the client takes it. */
export const STOW_HEADERS_MS = 10_000;
export const STOW_IDLE_MS = 30_000;

/** Requests that store at once: in total, and from one host. */
export const MAX_STOW_REQUESTS = 16;
export const MAX_STOW_REQUESTS_PER_PEER = 8;

/** Connections beyond those, to be told that there is no room; one more of a host than it may have is closed as it opens. */
export const STOW_CONNECTION_HEADROOM = 32;
export const MAX_STOW_CONNECTIONS_PER_PEER = 16;

/** The body of one request, in MiB. */
export const MAX_STOW_MIB = 4_096;

/** Objects of one request: each has a place in its answer. */
export const MAX_STOW_PARTS = 10_000;

/** The headers of a request, in bytes. */
export const MAX_STOW_HEADERS = 16 * 1024;

/** The file meta information of a part, in bytes: it is read before the data set is written. */
export const MAX_FILE_META = 16 * 1024;
