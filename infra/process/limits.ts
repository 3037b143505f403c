/** A child's log file is rotated once (`.1`) when it reaches this size, so one child never holds more than twice of it. */
export const LOG_MAX_BYTES = 8 * 1024 * 1024;

/** What is held of a log, in memory, while the disk does not take it. The audit of search is such lines (about 200 bytes each). */
export const LOG_HELD_BYTES = 2 * 1024 * 1024;

/** How much of a child's last output is kept in memory, to be shown when it dies. */
export const LOG_TAIL_BYTES = 4 * 1024;

/** How long a child may take after SIGTERM before it is killed. */
export const STOP_GRACE_MS = 15_000;

/** Restarting a dead child: the first wait, which doubles up to the longest. */
export const RESTART_FIRST_WAIT_MS = 500;
export const RESTART_LONGEST_WAIT_MS = 30_000;

/** Between two looks whether what keeps a child from being started again has passed. */
export const RESTART_HOLD_POLL_MS = 1_000;

/** A child that ran this long counts as healthy again: its next restart waits the first time only. */
export const RESTART_HEALTHY_MS = 60_000;
