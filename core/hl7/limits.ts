/** Limits of reading HL7 v2, each with a test. Sizes in bytes unless said otherwise. */

/** A message frame; the start of a longer one is kept and the connection closed. */
export const DEFAULT_MAX_FRAME_BYTES = 1024 * 1024;

/** Bytes outside any frame that are handed out in one piece; more of them come in further pieces. */
export const MAX_STRAY_BYTES = 64 * 1024;

/** Segments of a message: one line of a report is one OBX at some senders. */
export const MAX_SEGMENTS = 20_000;

/** OBR groups of one message, and accession numbers and study instance UIDs of one group. */
export const MAX_REPORTS_PER_MESSAGE = 100;
export const MAX_ACCESSIONS_PER_REPORT = 50;
export const MAX_STUDIES_PER_REPORT = 50;

/** Values of one path that are looked at as accession numbers: those of one OBR group, and those that all groups share. */
export const MAX_ACCESSION_CANDIDATES = 200;

/**
 * UTF-16 units of an identifier (facility, filler number, accession number, patient, control id); HL7 v2.5.1 has at most
 * 427 (EI). A longer one is refused: cut, it might be that of another.
 */
export const MAX_IDENTIFIER_LENGTH = 512;

/** UTF-16 units of other fields that an event repeats (names, procedure, status as sent); longer ones are cut. */
export const MAX_FIELD_LENGTH = 1024;

/** UTF-16 units of a field that says who ordered, how urgently, and who read; the analysts count by it. Longer ones are cut. */
export const MAX_ORDER_FIELD_LENGTH = 64;

/** Repetitions of one field that are looked at; text (OBX-5) has as many lines as it likes. */
export const MAX_REPETITIONS = 200;

/**
 * How far a report's time may lie after its receipt: a sender at UTC+14 that says no zone is read as 14 hours ahead. What
 * lies later is no time: it would hold its version above every correction. As far as two times of a report are in doubt
 * for want of a zone (`MAX_ZONE_DOUBT_MS`): so a version that is ahead only for its zone never hides what comes after it.
 */
export const MAX_TIME_AHEAD_MS = 14 * 60 * 60 * 1000;

/** Messages in one batch file or batch frame. */
export const MAX_BATCH_MESSAGES = 10_000;

/** Documents (OBX of type ED or RP) of one message whose text is read; a report with more of them says so. */
export const MAX_DOCUMENTS_PER_MESSAGE = 20;

/** Elements inside each other in a CDA. */
export const MAX_CDA_DEPTH = 200;

/** Groups inside each other in an RTF. */
export const MAX_RTF_DEPTH = 1_000;

/** Elements inside each other in an HTML text: senders forget end tags. */
export const MAX_HTML_DEPTH = 2_000;

/** Wrappers of a document inside each other: Base64, MIME, XML. */
export const MAX_DOCUMENT_WRAPPERS = 6;

/**
 * Words of text beside a document (ED, RP) from which on that text is the report, and the document is not read; where it
 * says that the report is attached, so many more.
 */
export const MIN_REPORT_WORDS = 40;
export const MAX_POINTING_WORDS = 120;
