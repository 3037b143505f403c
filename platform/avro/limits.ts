/** No record of ours is larger, so that a broken length cannot make the decoder allocate without bound. */
export const MAX_EVENT_BYTES = 8 * 1024 * 1024;
/** Values of a record for each of its bytes, and beside them, where those that take no byte (records, nulls) count, too. */
export const MAX_VALUES_PER_BYTE = 32;
export const MAX_VALUES_BESIDE = 1_000;
/** A schema id of Confluent's is a positive signed number of 32 bits. */
export const MAX_SCHEMA_ID = 0x7fffffff;
/** Characters of a schema that another build brings; the largest of ours has about 40,000. */
export const MAX_SCHEMA_LENGTH = 256 * 1024;
/** Objects and lists within each other in such a schema, of which ours have 24: avsc takes a time that grows with its square. */
export const MAX_SCHEMA_DEPTH = 100;
/** Schemas of other builds that a process keeps, and their characters together. */
export const MAX_LEARNED_SCHEMAS = 1_000;
export const MAX_LEARNED_LENGTH = 16 * 1024 * 1024;
/** Schema ids that an operator gave up and that a process keeps. */
export const MAX_GIVEN_UP_SCHEMAS = 100_000;
/** A registry that has not answered after this long is away. */
export const REGISTRY_TIMEOUT_MS = 5_000;
/** Bytes of an answer of a registry: a schema of the largest size, escaped. */
export const MAX_REGISTRY_ANSWER_BYTES = 2 * MAX_SCHEMA_LENGTH;
/** Tries to register a schema that the registry says is being registered, and the time between two. */
export const MAX_REGISTRY_ATTEMPTS = 10;
export const REGISTRY_RETRY_MS = 200;
