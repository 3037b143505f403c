/**
 * The limits of the DICOM upper layer and of what is read from a data set. Each has a test.
 * Lengths are bytes unless said otherwise.
 */

/** Offered as Maximum Length Received (PS3.8 D.1) and enforced on each P-DATA-TF PDU before a byte of it is kept. */
export const MAX_PDU_LENGTH = 128 * 1024;

/** An A-ASSOCIATE-RQ or -AC PDU; both are buffered whole. */
export const MAX_ASSOCIATE_LENGTH = 64 * 1024;

/** Presentation contexts of one association: the ids are the odd numbers 1…255 (PS3.8 9.3.2.2). */
export const MAX_PRESENTATION_CONTEXTS = 128;

/** Transfer syntaxes that one presentation context may propose. */
export const MAX_TRANSFER_SYNTAXES = 64;

/** A command set; every one that the standard knows is below 1 KiB. */
export const MAX_COMMAND_LENGTH = 16 * 1024;

/** Characters of a UID (PS3.5 9.1). */
export const MAX_UID_LENGTH = 64;

/** Data elements that are looked at before Pixel Data, at all depths together. */
export const MAX_ELEMENTS = 1_000_000;

/** Sequences within sequences. */
export const MAX_SEQUENCE_DEPTH = 32;

/** A single value that is kept; a longer one is passed over as if it were absent. */
export const MAX_KEPT_VALUE = 64 * 1024;

/** All values that are kept of one data set together. */
export const MAX_KEPT_TOTAL = 4 * 1024 * 1024;

/** Accession numbers of one object: each makes a case of its own, with an event and a name in the object store. */
export const MAX_ACCESSIONS = 64;

/** Objects that one key object selection or presentation state can name in its event. */
export const MAX_REFERENCES = 4096;

/** Frames that one reference can name. */
export const MAX_REFERENCED_FRAMES = 1024;

/** The identifier of a query, of a retrieval or of one of their answers; those that we ask for have some hundred bytes. */
export const MAX_IDENTIFIER_LENGTH = 256 * 1024;

/** Bytes of a deflated data set (PS3.5 A.5) that is inflated in memory: few bytes can stand for thousands of times as many. */
export const MAX_INFLATED_DATA_SET = 512 * 1024 * 1024;
