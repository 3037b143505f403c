/** Between two looks whether something on the screen has changed, while it can be seen. */
export const POLL_MS = 3_000;
/** An answer that takes longer is none. */
export const POLL_TIMEOUT_MS = 6_000;
/** What was not checked for this long may be old, and the page says so. */
export const OLD_AFTER_MS = 8_000;
/** A change that was seen after a longer time is said to lie between two times. */
export const LONG_UNSEEN_MS = 60_000;
/** Between two searches for the newest cases. */
export const NEWEST_MS = 5_000;
/** Findings of which a change is told one by one. */
export const MAX_TOLD_FINDINGS = 8;
/** Changes of one case that are told above the list that it stands in. */
export const MAX_TOLD_OF_CARD = 3;
