/** The limits of the listener; those of the protocol itself are in `core/dicom/limits.ts`. Each has a test. */

/** From the connection to a complete A-ASSOCIATE-RQ, and from our last PDU until the peer closes (PS3.8 9.1.5). */
export const ARTIM_MS = 30_000;

/** An association on which no message ends and next to nothing arrives for this long is aborted. Our own work does not count. */
export const IDLE_MS = 60_000;

/**
 * Bytes that must come of an unfinished message for that time to start anew: 16 KiB a minute. A sender that drips would
 * hold its places for ever.
 */
export const LEAST_BYTES = 16 * 1024;

/** Handling what came took this long, in ms: we are slow, not the peer. */
export const SLOW_WORK_MS = 500;

export const MAX_ASSOCIATIONS = 64;
export const MAX_ASSOCIATIONS_PER_PEER = 16;

/** Connections beyond the associations that may be waiting for their answer, or be told that there is no room. */
export const CONNECTION_HEADROOM = 32;

/** The same for one host, so that one that only connects cannot keep the others out. */
export const CONNECTION_HEADROOM_PER_PEER = 8;

/** A data set in its transfer syntax, in MiB. */
export const MAX_DATA_SET_MIB = 512;

/**
 * A data set that is refused is still read to its end, or else the sender would never see the answer; but not for
 * ever: beyond this many times the limit the association is aborted.
 */
export const DISCARD_FACTOR = 4;

/** Answers that a peer may leave unread, in bytes (about 600); then it is not listening and is cut off. */
export const MAX_UNREAD_ANSWERS = 64 * 1024;

/** Rejected objects of one note that wait for Kafka at the same time. */
export const REJECTIONS_AT_ONCE = 500;

/** What the gateway remembers of the objects it has seen, in MiB on the disk: 600 bytes for a CT slice, about. */
export const MEMORY_MIB = 256;
