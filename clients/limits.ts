/** The limits of a client of a PACS or of a DICOMweb server. Each has a test. */

/** Between two answers to a C-FIND; a PACS may search for some time before the first. */
export const FIND_ANSWER_MS = 60_000;

/** Between two answers to a C-MOVE, or two messages of a C-GET: some PACS answer a C-MOVE at its end only. */
export const RETRIEVE_ANSWER_MS = 600_000;

/** For so long a PACS may answer that it is at work while no object more is counted. */
export const RETRIEVE_STILL_MS = 600_000;

/** After a C-CANCEL the PACS has to end the operation within this time, else the association is aborted. */
export const CANCEL_MS = 10_000;

/** Objects of one C-GET. */
export const MAX_GET_OBJECTS = 100_000;

/** A web server that says nothing for so long has gone; and a request from its first byte to the last of its answer. */
export const HTTP_IDLE_MS = 60_000;
export const HTTP_REQUEST_MS = 3_600_000;

/** Bytes of the headers of an answer. */
export const MAX_HTTP_HEADERS = 32 * 1024;

/** Redirections of one request, all to the same server. */
export const MAX_REDIRECTS = 3;

/** Answers 429 and 503 to one request until it is given up; the wait where the server does not say one, and the longest. */
export const MAX_HTTP_TRIES = 5;
export const DEFAULT_RETRY_AFTER_MS = 5_000;
export const MAX_RETRY_AFTER_MS = 300_000;

/** The JSON of one page of a QIDO-RS answer. */
export const MAX_QIDO_BYTES = 64 * 1024 * 1024;

/** Characters of the values of one element of a result that are kept: of a study of all modalities there are about 300. */
export const MAX_QIDO_VALUE = 1_024;

/** Results that are asked for at once. */
export const QIDO_PAGE = 200;
