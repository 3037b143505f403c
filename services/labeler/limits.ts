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

/** Time for one batch of the encoder; a thread that takes longer is given up, at the end of that poll at the latest. */
export const MAX_ENCODE_MS = 8_000;

/** Sentences whose vectors are remembered (2 kB each): half of all sentences in reports have been written before. */
export const MAX_REMEMBERED_SENTENCES = 5_000;

/** Cases of one poll whose reports are read again. */
export const MAX_POLL_CASES = 4;

/** Old reports that are read again in a second: about a fifth of what the encoder can do on two cores. */
export const REPORTS_RELABELED_PER_S = 10;

/** Time for the encoder to be loaded. */
export const MAX_OPEN_MS = 120_000;

/** Heap of the encoder's thread in MiB. */
export const MAX_ENCODER_HEAP_MB = 1_024;
