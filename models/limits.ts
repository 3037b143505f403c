/** Images or sentences that go through a model at once: larger batches gain little on WASM and delay the heartbeat. */
export const MODEL_BATCH = 8;

/** SentencePiece pieces of one text that are read; the encoder was trained on sentences and short paragraphs. */
export const MAX_TEXT_PIECES = 256;

/** Characters of one text that are given to the tokenizer; more than `MAX_TEXT_PIECES` pieces ever hold. */
export const MAX_TEXT_CHARACTERS = 8192;

/** Bytes of a model bundle's manifest. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Bytes of the header of a safetensors file: names and shapes of its tensors. */
export const MAX_TENSOR_HEADER_BYTES = 1024 * 1024;

/** Bytes of one file of a bundle, which is read whole. */
export const MAX_BUNDLE_FILE_BYTES = 1024 * 1024 * 1024;

/** Folders of the models folder that are looked into for a bundle. */
export const MAX_BUNDLES = 256;
