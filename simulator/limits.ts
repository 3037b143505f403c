/** Limits of the simulator's feed, each with a test. */

/** Deliveries that are due but not acknowledged; beyond it no new case begins. */
export const MAX_OUTSTANDING = 200;

/** Cases whose deliveries are not all acknowledged, due or not; beyond it no new case begins. */
export const MAX_OPEN_CASES = 2_000;

/** Deliveries under way at one time: reports over MLLP, studies over DICOM associations. */
export const MAX_CONCURRENT = 4;

/** Wait before the same thing is sent again: doubled from the first to the last. */
export const FIRST_RETRY_MS = 1_000;
export const LAST_RETRY_MS = 60_000;

/** Wait before the truth of a case is written again that the disk did not take. */
export const DISK_RETRY_MS = 1_000;

/** Least time between two writings of the state file. */
export const STATE_INTERVAL_MS = 1_000;
