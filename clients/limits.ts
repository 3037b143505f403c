/** The limits of a client of a PACS or of a DICOMweb server. Each has a test. */

/** Between two answers to a C-FIND; a PACS may search for some time before the first. */
export const FIND_ANSWER_MS = 60_000;

/** Between two answers to a C-MOVE, or two messages of a C-GET: some PACS answer a C-MOVE at its end only. */
export const RETRIEVE_ANSWER_MS = 600_000;

/** For so long a PACS may answer that it is at work while no object more is counted. */
export const RETRIEVE_STILL_MS = 600_000;

/** After a C-CANCEL the PACS has to end the operation within this time, else the association is aborted. */
export const CANCEL_MS = 10_000;

/** Objects of one C-GET beyond those that were asked for: a series may have grown. */
export const MAX_EXTRA_OBJECTS = 10_000;
