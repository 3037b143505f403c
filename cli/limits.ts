/** How long the services may take until all are ready, models loaded: a busy machine with two cores is slow. */
export const SYSTEM_READY_MS = 300_000;

/** How long `down` waits for `up` to stop everything: services drain, then the engines. */
export const DOWN_MS = 90_000;

/** How long `status` waits for one answer. */
export const STATUS_ANSWER_MS = 3_000;

/** Free disk that `up` asks for below the data folder. */
export const DATA_DISK_MB = 1024;

/** Cases per second that the simulator's department sends when nothing else is said. */
export const DEFAULT_RATE = 0.5;
export const MAX_RATE = 100;

/** A second signal this soon is the same Ctrl-C, passed on by npm; later it means "at once". */
export const SAME_SIGNAL_MS = 1_000;

/** Ports are numbers of 16 bits. */
export const MAX_PORT = 65_535;

/** How long `search` waits for its answer. */
export const SEARCH_ANSWER_MS = 30_000;

/** How long an act waits until the search service has recorded it. */
export const ACT_ANSWER_MS = 30_000;

/** Hits that `search` asks for at most. */
export const MAX_HITS = 50;

/** Between two looks whether each part is ready, once everything runs. */
export const READY_POLL_MS = 5_000;

/** A part that is not ready for this long is told in the terminal, and when it is ready again. */
export const NOT_READY_TOLD_MS = 20_000;

/** How long an engine may take to work again by itself once a full disk has room; then it is started anew. */
export const ENGINE_STUCK_MS = 60_000;

/** Between two tries to write down which processes run, where the disk did not take it. */
export const REMEMBER_RETRY_MS = 1_000;

/** A service that died this often before it was ever ready will not be: the start is given up. */
export const MAX_DEATHS_AT_START = 5;

/** Bytes of a file or of standard input that `label --explain` reads at most: four times the longest report that is read. */
export const MAX_EXPLAINED_BYTES = 4 * 1024 * 1024;

/** Dead letters of each service that `dead-letters list` shows. */
export const DEFAULT_LETTERS = 20;
export const MAX_LETTERS = 1_000;

/** From asking Kafka to the first dead letter (a consumer group forms first), and from one to the next. */
export const FIRST_RECORD_MS = 60_000;
export const QUIET_MS = 3_000;

/** Between two looks of `reembed --wait` at how much is left. */
export const REEMBED_POLL_MS = 1_000;
/** Without a case less to look through for so long, `reembed --wait` says where to look. */
export const REEMBED_STILL_MS = 30_000;

/** How long `doctor` computes with what it has opened. */
export const MEASURE_MS = 2_000;
/** How long opening and measuring may take: the first use of a new GPU compiles for minutes. */
export const MAX_MEASURE_MS = 600_000;
/** How long the driver may take to say which GPUs there are. */
export const GPU_ANSWER_MS = 10_000;
