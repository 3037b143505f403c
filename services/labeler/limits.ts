/** Records of one poll: they are read and encoded together, and none goes on before all are. */
export const MAX_POLL_REPORTS = 16;

/**
 * Time that the reports of one poll wait for their vectors at most. Those without one by then go on without it, with
 * the problem TEXT_VECTOR_FAILED: an encoder that is broken does not hold up labels. One that is only slow does, on a
 * machine with too much to do: labels a minute late are better than reports that no search by meaning ever finds.
 */
export const MAX_VECTOR_WAIT_MS = 60_000;

/** Sentences that the encoder is given at once: what is done counts when the time is up. */
export const ENCODER_BATCH = 16;

/**
 * Vectors of sentences that are remembered (2 kB each), of all live bundles together: half of all sentences in reports have
 * been written before.
 */
export const MAX_REMEMBERED_SENTENCES = 10_000;

/** Cases of one poll whose reports are read again, or get vectors of another bundle. */
export const MAX_POLL_CASES = 4;

/** Old reports that are read again in a second, or embedded again: about a fifth of what the encoder can do on two cores. */
export const REPORTS_RELABELED_PER_S = 10;

/** Old reports that are embedded again at once, between two looks whether reports came in. */
export const REEMBED_BATCH = 8;

/** Cases with many reports are embedded again in parts of so long, or the consumer would count as stalled. */
export const MAX_REEMBED_POLL_MS = 20_000;
