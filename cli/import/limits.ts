/** Limits of `interleave import`, each with a test. Times in ms. */
import { MAX_PRESENTATION_CONTEXTS } from '../../core/dicom/limits.ts';

/** Units (files, blocks of rows, studies) that are brought at the same time. */
export const UNITS_AT_ONCE = 8;

/** Connections to the HL7 gateway, and messages on each of them that may wait for their answer. */
export const MLLP_CONNECTIONS = 2;
export const MLLP_IN_FLIGHT = 8;

/** Associations with the DICOM gateway, which takes 16 of one host (`MAX_ASSOCIATIONS_PER_PEER` there). */
export const ASSOCIATIONS = 4;

/** Kinds (SOP class and transfer syntax) that are proposed together: one context each, and one for C-ECHO. */
export const KINDS_PER_ASSOCIATION = MAX_PRESENTATION_CONTEXTS - 1;

/** For a connection to a gateway and for each answer: longer than the gateways themselves take to say that they cannot. */
export const GATEWAY_ANSWER_MS = 30_000;

/** A unit whose gateway or source is away is tried so often, with waits that double: about seven minutes in all. */
export const MAX_UNIT_TRIES = 12;
export const FIRST_RETRY_MS = 1_000;
export const MAX_RETRY_MS = 60_000;

/** So many units in a row that could not be brought end the import: what they need does not come back by itself. */
export const MAX_LEFT_IN_A_ROW = 16;

/** Between two looks at how far the services are behind. */
export const LAG_LOOK_MS = 500;

/**
 * Records that may lie before the services, all stages together, and what is on its way to them: a live message waits
 * behind no more of an archive than that. With fewer each stage has only one or two records of a partition at a time,
 * and what a poll or a transaction costs is paid for each of them.
 */
export const DEFAULT_MAX_LAG = 100;
export const MAX_MAX_LAG = 100_000;

/** From one look to the next which index is searched: a reindex moves the alias. */
export const LIVE_INDEX_MS = 30_000;

/** Refused items that the summary names for each code; `--refused FILE` has them all. */
export const MAX_ITEMS_NAMED = 10;

/** Codes that the summary tells apart; what comes behind them counts as OTHER: a foreign receiver may answer anything. */
export const MAX_CODES_NAMED = 100;

/** Between two drawings of the line on a terminal, and between two lines where there is none. */
export const REDRAW_MS = 500;
export const PLAIN_LINE_MS = 10_000;

/** What the rate and the time left are measured over. */
export const RATE_WINDOW_MS = 60_000;

/** Entries of one folder that are sorted at a time: a larger folder is walked in pieces. */
export const SORTED_ENTRIES = 100_000;

/** Bytes of files that are in memory at a time; a larger file is alone there. */
export const MAX_BYTES_IN_HAND = 128 * 1024 * 1024;

/** A DICOM file: as large as a data set that the gateway takes unless a site changes it. A larger one is refused. */
export const MAX_DICOM_FILE_BYTES = 512 * 1024 * 1024;

/** HL7 files are cut into pieces of about so many bytes, each of which is a unit, between two messages. */
export const HL7_PIECE_BYTES = 2 * 1024 * 1024;

/** One message in an HL7 file: no gateway takes a longer frame. A file with a longer one is refused from there on. */
export const MAX_HL7_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Messages of one unit that wait for their answer at the same time. */
export const MESSAGES_AT_ONCE = MLLP_CONNECTIONS * MLLP_IN_FLIGHT;

/** Rows of a table that are one unit, and characters of them: with more the unit ends. */
export const ROWS_PER_UNIT = 100;
export const ROW_CHARACTERS_PER_UNIT = 1024 * 1024;
