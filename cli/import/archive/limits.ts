/** Limits of imports from a PACS and by DICOMweb, each with a test. Times in ms. */

/** Days of the first query; queries that find little are followed by longer ones. */
export const FIRST_SPAN_DAYS = 32;
export const MAX_SPAN_DAYS = 1_024;

/** Studies that one query over several days may name: with more, fewer days are asked for. */
export const MAX_STUDIES_OF_SPAN = 1_000;

/** Studies of one day. */
export const MAX_STUDIES_OF_DAY = 50_000;

/** Series of a study, and objects of a series. */
export const MAX_SERIES = 10_000;
export const MAX_INSTANCES = 100_000;

/** Where even so short a time (in seconds) has more studies than the archive names, some stay unseen, and that is told. */
export const SHORTEST_SPAN_SECONDS = 60;

/**
 * Some archives name a round number of matches at most and do not say so: where there are exactly so many, or a multiple, it is
 * asked again with less.
 */
export const ROUND_NUMBER = 100;

/**
 * Objects that are asked for together; of a longer series, lists of so many. Half of what an import lets lie before the
 * services (`DEFAULT_MAX_LAG`): a live message waits behind no more of a series.
 */
export const MAX_PIECE = 25;

/** Studies that are brought at the same time: each takes an association with the PACS, or a connection. */
export const STUDIES_AT_ONCE = 2;

/** Waits before a query of the walk is asked again while the archive is away; after the last one the import ends. */
export const QUERY_WAITS_MS = [1_000, 5_000, 15_000, 60_000, 60_000, 60_000];

/** Before the PACS is asked again for what it had no resources. */
export const BUSY_WAIT_MS = 2_000;

/** So often a study is brought before objects that the archive does not send are told as refused. */
export const MAX_ROUNDS = 6;

/** An object of more bytes is written to a file without a name until it is whole. */
export const SPOOL_BYTES = 8 * 1024 * 1024;

/** An object of more bytes is not taken: the gateway would not take it either (`DICOM_MAX_DATA_SET_MIB`, as delivered). */
export const MAX_OBJECT_BYTES = 512 * 1024 * 1024;

/** So many C-MOVEs that a PACS refuses before it carries out one: it does not know where to send, whatever its status says. */
export const MAX_REFUSED_MOVES = 2;
