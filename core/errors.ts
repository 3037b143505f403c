/**
 * The one table of error codes. Every error that a user, a sender or an operator can meet has its code here,
 * with what it means for the one who caused it; `docs/errors.md` is checked against this table by a test.
 *
 * - `reject`: this input will never be accepted as it is.
 * - `retry`: the same input will be accepted later; keep it and send it again.
 * - `fatal`: the process cannot go on; the operator must act.
 */
export const ERRORS = {
  // Configuration and start-up
  CONFIG_INVALID: ['fatal', 'The configuration has errors.'],
  PORT_TAKEN: ['fatal', 'A port that is needed is in use by another program.'],
  PREREQUISITE_MISSING: ['fatal', 'A program that is needed is missing or too old.'],
  RESOURCES_TOO_SMALL: ['fatal', 'There is too little memory or disk space.'],
  ENGINE_START_FAILED: ['fatal', 'Kafka or Elasticsearch did not become ready.'],
  SERVICE_NOT_READY: ['fatal', 'A service did not become ready.'],
  STOP_TIMEOUT: ['retry', 'The system did not stop in time.'],
  DOWNLOAD_FAILED: ['retry', 'A package could not be fetched from its registry.'],
  TOPIC_MISMATCH: ['fatal', 'A topic exists with other settings than this version needs.'],
  INDEX_MISMATCH: ['fatal', 'The index does not have the mapping that this version needs.'],
  INDEX_OF_OTHER_KAFKA: ['fatal', 'The index was filled from another Kafka cluster.'],
  INDEX_UNKNOWN: ['reject', 'There is no such index.'],
  INDEX_IN_USE: ['reject', 'The index is being searched: another one must take over first.'],
  INDEX_BUILDING: ['reject', 'Another index is being built: let it take over, or drop it.'],
  ALREADY_RUNNING: ['reject', 'Another instance already uses this data directory.'],
  NOT_RUNNING: ['reject', 'The system is not running.'],
  USAGE: ['reject', 'The command line could not be understood.'],
  TABLE_UNREADABLE: ['reject', 'The table (CSV, JSON or JSON Lines) could not be read.'],
  TABLE_ROW_UNUSABLE: ['reject', 'The row of the table lacks what a report needs, or it cannot be read.'],
  FILE_UNWRITABLE: ['reject', 'The file could not be written.'],
  FILE_UNREADABLE: ['reject', 'The file could not be read.'],
  FILE_TOO_LARGE: ['reject', 'The file is larger than is read here.'],
  DISK_LOW: ['retry', 'Free disk space is running low: nothing is refused yet.'],
  DISK_FULL: ['retry', 'The disk has too little free space.'],
  DISK_FAILED: ['retry', 'The disk could not be written or read.'],
  INTERNAL: ['fatal', 'Something happened that should not; please report it.'],

  // Kafka, the object store, Elasticsearch
  KAFKA_UNAVAILABLE: ['retry', 'Kafka did not answer in time.'],
  LOG_WENT_BACK: [
    'retry',
    "Kafka's log is older than what was derived from it: an older copy was put back, or records were lost.",
  ],
  KAFKA_BUSY: ['retry', 'Too many writes are waiting for Kafka.'],
  EVENT_TOO_LARGE: ['reject', 'The event is larger than a Kafka record may be.'],
  EVENT_UNREADABLE: ['reject', 'A record is not in the Avro wire format, or is not an event of its topic.'],
  SCHEMA_UNKNOWN: [
    'retry',
    'A record was written with a schema that is not known yet, or that only a newer version reads: it waits.',
  ],
  SCHEMA_INVALID: ['reject', 'The schema is not a valid Avro schema, or it is too large.'],
  SCHEMA_CLASH: ['fatal', 'Another schema stands under the id of one of ours.'],
  SCHEMA_REGISTRY_UNAVAILABLE: ['retry', 'The schema registry did not answer in time.'],
  SCHEMA_REGISTRY_REFUSED: ['fatal', 'The schema registry refused a request.'],
  OBJECT_STORE_UNAVAILABLE: ['retry', 'The object store could not be written or read.'],
  OBJECT_STORE_FULL: ['retry', 'The object store has too little free space.'],
  OBJECT_MISSING: ['reject', 'The object store does not hold this object.'],
  OBJECT_CORRUPT: ['reject', 'A stored object does not match its SHA-256.'],
  OBJECT_DAMAGED: [
    'reject',
    'A confirmed object cannot be read back from the disk: its segment is set aside.',
  ],
  ELASTICSEARCH_UNAVAILABLE: ['retry', 'Elasticsearch did not answer in time.'],
  DOCUMENT_REJECTED: ['reject', 'Elasticsearch refused the document.'],
  REGISTER_TOO_LARGE: ['fatal', 'A register holds more entries than a process keeps.'],
  PRODUCER_FENCED: ['retry', 'Another joiner has taken this partition.'],

  // TLS of any door
  TLS_REFUSED: ['reject', 'The two sides could not agree on TLS: version, cipher or certificate.'],

  // HL7 over MLLP
  HL7_FRAME_TOO_LARGE: ['reject', 'The MLLP frame is larger than the limit.'],
  HL7_FRAME_TIMEOUT: ['retry', 'The MLLP frame was not completed in time.'],
  HL7_FRAME_BROKEN: ['reject', 'The bytes are not a complete MLLP frame.'],
  HL7_NO_ROOM: ['retry', 'Unfinished MLLP frames take too much memory.'],
  HL7_CONNECTION_LIMIT: ['retry', 'Too many MLLP connections are open.'],
  HL7_NO_MESSAGE: ['reject', 'The file holds no HL7 message.'],
  HL7_NO_MSH: ['reject', 'The message does not begin with an MSH segment.'],
  HL7_UNREADABLE: ['reject', 'The message could not be read.'],
  HL7_CHARACTER_SET_UNSUPPORTED: [
    'reject',
    'The text is in a character set that is not supported here, or that MSH-18 does not name.',
  ],
  HL7_TYPE_UNSUPPORTED: ['reject', 'This message type is not handled here.'],
  HL7_VERSION_UNSUPPORTED: ['reject', 'This HL7 version is not handled here.'],
  HL7_PROCESSING_ID_REFUSED: ['reject', 'Messages with this processing id are refused here.'],
  HL7_REQUIRED_FIELD_MISSING: ['reject', 'A field that is needed is empty.'],
  HL7_CONTROL_ID_REUSED: ['reject', 'Another message with this MSH-10 was received before.'],
  MLLP_UNREACHABLE: ['retry', 'The MLLP receiver could not be reached.'],
  MLLP_NO_ANSWER: ['retry', 'The MLLP receiver did not answer in time.'],
  HL7_TIME_IN_FUTURE: [
    'reject',
    'The report states a time in the future: the time of its message or of its receipt is used instead.',
  ],
  HL7_DOCUMENT_WAITING: [
    'retry',
    'The document has to wait until others are read: send the message again later.',
  ],
  HL7_BATCH_TIMEOUT: ['retry', 'The batch took too long: this message of it was not processed.'],
  HL7_DOCUMENT_UNREADABLE: ['reject', 'The text of a document in the message could not be read.'],
  HL7_FIELD_TOO_LONG: ['reject', 'A field is too long: an identifier is refused, another text is cut.'],
  HL7_CHARACTERS_UNREADABLE: [
    'reject',
    'Some characters could not be read in the character set of the message: each is replaced by U+FFFD.',
  ],
  HL7_TOO_MANY_ACCESSIONS: ['reject', 'The report names more accession numbers than are processed.'],
  HL7_NO_REPORT_TEXT: ['reject', 'The message holds no report text.'],
  HL7_NO_RESULT: ['reject', 'The order has no result yet, or none could be obtained.'],
  HL7_TEXT_WITHDRAWN: ['reject', 'The sender took back every line of the report.'],

  // DICOM
  DICOM_PDU_INVALID: ['reject', 'The bytes are not a valid PDU.'],
  DICOM_PDU_TOO_LARGE: ['reject', 'The PDU is larger than was negotiated.'],
  DICOM_ASSOCIATION_LIMIT: ['retry', 'Too many associations are open.'],
  DICOM_PEER_REFUSED: ['reject', 'This host may not connect here.'],
  DICOM_AE_TITLE_REFUSED: ['reject', 'This AE title is not allowed here.'],
  DICOM_TIMEOUT: ['retry', 'The peer did not send in time.'],
  DICOM_COMMAND_INVALID: ['reject', 'The DIMSE command set could not be read.'],
  DICOM_SOP_CLASS_UNSUPPORTED: ['reject', 'This SOP class is not stored here.'],
  DICOM_DATA_SET_UNREADABLE: ['reject', 'The data set could not be read.'],
  DICOM_DATA_SET_TOO_LARGE: ['reject', 'The data set is larger than the limit.'],
  DICOM_DATA_SET_MISMATCH: [
    'reject',
    'The data set does not match the SOP class or instance of the command.',
  ],
  DICOM_SOP_INSTANCE_UID_MISSING: ['reject', 'The data set has no SOP Instance UID.'],
  DICOM_UID_INVALID: [
    'reject',
    'A UID of the object is not valid: it is longer than 64 characters, or has other characters than digits and dots.',
  ],
  DICOM_INSTANCE_CHANGED: ['reject', 'Another object with this SOP Instance UID was received before.'],
  DICOM_TOO_MANY_REFERENCES: ['reject', 'The object names more objects or frames than an event can hold.'],
  DICOM_TRANSFER_SYNTAX_UNSUPPORTED: ['reject', 'This transfer syntax is not stored here.'],
  DICOM_PEER_UNREACHABLE: ['retry', 'The DICOM peer cannot be reached or has closed the connection.'],
  DICOM_PEER_BUSY: ['retry', 'The DICOM receiver cannot take the object now.'],
  DICOM_SEND_REFUSED: ['reject', 'The receiver did not accept the object.'],
  DICOM_QUERY_BUSY: ['retry', 'The PACS has no resources for this query or retrieval now.'],
  DICOM_QUERY_REFUSED: ['reject', 'The PACS does not carry out this query or retrieval.'],
  DICOM_QUERY_CANCELLED: ['retry', 'The query or retrieval was ended before it was done.'],
  DICOM_QUERY_LIMIT: [
    'reject',
    'The archive does not name all studies of a short time: raise its limit of answers for a query.',
  ],
  DICOM_MOVE_DESTINATION_UNKNOWN: [
    'fatal',
    'The PACS does not know the AE title that it is to send to: enter it there, with host and port.',
  ],
  DICOM_RETRIEVE_FAILED: ['retry', 'The archive did not send all objects that it names.'],
  DICOM_RETRIEVE_UNSUPPORTED: ['fatal', 'The PACS does not offer this way of retrieval.'],

  // DICOMweb
  MULTIPART_INVALID: ['reject', 'The body is not a multipart message, or it is cut off.'],
  MEDIA_TYPE_UNSUPPORTED: ['reject', 'The media type of the body is not supported here.'],
  NOT_ACCEPTABLE: ['reject', 'The answer is not available in a media type that the request accepts.'],
  INSTANCE_NOT_FOUND: ['reject', 'There is no such study, series, instance or frame here.'],
  TOO_MANY_REQUESTS: ['retry', 'Too many requests are under way.'],
  DICOMWEB_UNAVAILABLE: [
    'retry',
    'The DICOMweb server cannot be reached, broke off, or wants to be asked later.',
  ],
  DICOMWEB_DENIED: [
    'fatal',
    'The DICOMweb server does not let us in: the token is missing or wrong, or has expired.',
  ],
  DICOMWEB_REFUSED: ['reject', 'The DICOMweb server refused a request.'],
  DICOMWEB_ANSWER_INVALID: ['reject', 'The answer of the DICOMweb server could not be read.'],

  // Reading text and images
  REPORT_EMPTY: ['reject', 'The report has no text to read.'],
  REPORT_UNREADABLE: ['reject', 'The report text could not be read.'],
  LANGUAGE_NOT_READ: [
    'reject',
    'Most of the report is in a language that is not read: it has no findings, and its words are found as words only.',
  ],
  REPORT_TOO_LONG: ['reject', 'The report is too long: its end was not read.'],
  LEXICON_INVALID: ['reject', 'The lexicon file has errors.'],
  GOLDEN_SET_FAILED: ['fatal', 'The labeler does not read its golden set as expected.'],
  TEXT_VECTOR_FAILED: ['retry', 'The text vector could not be computed.'],
  IMAGE_VECTOR_FAILED: ['retry', 'The image vectors could not be computed.'],
  IMAGE_NO_PIXELS: ['reject', 'The object holds no pixels.'],
  IMAGE_TRANSFER_SYNTAX_UNSUPPORTED: [
    'reject',
    'The pixels are in a transfer syntax that cannot be decoded here.',
  ],
  IMAGE_UNDECODABLE: ['reject', 'The pixels could not be decoded.'],
  IMAGE_TOO_LARGE: ['reject', 'The image has more pixels than the limit.'],
  MODEL_MISSING: ['fatal', 'The model bundle or one of its files is missing.'],
  MODEL_INVALID: ['fatal', 'The model bundle differs from its manifest.'],
  MODEL_UNSUPPORTED: ['fatal', 'The model bundle needs something that this version cannot do.'],
  ENCODER_DESCRIPTION_INVALID: [
    'reject',
    'The file encoder.json does not describe an encoder as docs/encoders.md says: nothing was added.',
  ],
  ENCODER_FILE_REFUSED: [
    'reject',
    'A file of the encoder is missing, too large, no plain file of its folder, or not whole: nothing was added.',
  ],
  ENCODER_CHECK_FAILED: [
    'reject',
    'The encoder does not give the vectors that an encoder must give: nothing was added.',
  ],
  BUNDLE_NAME_TAKEN: ['reject', 'Another bundle has this name: nothing was added.'],
  MODEL_DECISION_REFUSED: ['reject', 'The decision about the model was refused.'],
  ADDON_FAILED: ['fatal', 'The addon of TensorFlow.js could not be compiled, or does not load.'],
  BACKEND_UNAVAILABLE: ['fatal', 'No engine that computes models could be started.'],

  // Joining and indexing
  CASE_TOO_LARGE: ['reject', 'The case is larger than a record may be.'],
  CASE_FULL: ['reject', 'The case has no room for more reports or objects: this one was left out.'],
  CASE_UNREADABLE: ['fatal', 'A case on radiology.case cannot be read, and it must not be overwritten.'],
  CASE_ERASED: [
    'reject',
    'The case was erased by a decision. Earlier versions kept what came for it later as a dead letter; now it is dropped.',
  ],
  CASE_RECORD_FOREIGN: [
    'reject',
    'A record on radiology.case was not written by the joiner, and no decision backs it: the state before it is written again.',
  ],
  CASE_STATE_GONE: [
    'reject',
    'A record on radiology.case was not written by the joiner, and the state before it is not known any more.',
  ],
  PARTITION_LOST: ['retry', 'The partition was taken away while it was being restored.'],

  // Searching
  QUERY_INVALID: ['reject', 'The query could not be understood.'],
  REJECTIONS_UNREAD: ['retry', 'No image is shown until it is known which images were rejected.'],
  CASE_NOT_FOUND: ['reject', 'There is no such case.'],
  REQUEST_TOO_LARGE: ['reject', 'The request is larger than the limit.'],
  RATE_LIMITED: ['retry', 'Too many requests came from this address.'],
  HOST_REFUSED: ['reject', 'The host name of the request is not served here.'],
  ACT_INVALID: ['reject', 'The act could not be understood: nothing was decided.'],
  ACT_NOT_APPLIED: ['reject', 'Nothing carries out an act of this kind yet: it was not recorded.'],
  ACT_TOKEN_REFUSED: ['reject', 'An act needs the token of this system: nothing was decided.'],
  ACT_TOKEN_UNUSABLE: ['fatal', 'There is no token for acts that may be used: nothing was decided.'],
  ROUTE_NOT_FOUND: ['reject', 'There is nothing at this address.'],
  METHOD_NOT_ALLOWED: ['reject', 'This address does not support this HTTP method.'],
  VECTOR_GENERATION_MISMATCH: ['reject', 'The query vector and the index are of different generations.'],
} as const satisfies Record<string, readonly ['reject' | 'retry' | 'fatal', string]>;

export type ErrorCode = keyof typeof ERRORS;
export type ErrorKind = (typeof ERRORS)[ErrorCode][0];

/** An error with a code of the table. `detail` never holds patient data. */
export class InterleaveError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? ERRORS[code][1] : `${ERRORS[code][1]} ${detail}`, options);
    this.name = 'InterleaveError';
    this.code = code;
    this.kind = ERRORS[code][0];
  }
}

/** The code of any thrown thing: its own where it has one of ours, `INTERNAL` otherwise. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

export function codeOf(error: unknown): ErrorCode {
  return error instanceof InterleaveError ? error.code : 'INTERNAL';
}
