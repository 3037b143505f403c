/** Images or sentences that go through a model at once: larger batches gain little on a processor and take longer. */
export const MODEL_BATCH = 8;

/** Images that go through a model at once on a GPU. */
export const GPU_BATCH = 32;

/** Threads of ONNX Runtime for one batch, unless the setting names another number (docs/performance.md). */
export const DEFAULT_ENGINE_THREADS = 1;

/** The largest number of threads that the setting may name. */
export const MAX_ENGINE_THREADS = 64;

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

/** Bytes of the description of an encoder that is to be added. */
export const MAX_DESCRIPTION_BYTES = 64 * 1024;

/** Bytes of a tokenizer's file; that of a vocabulary of 250,000 pieces has 17 MiB. */
export const MAX_TOKENIZER_BYTES = 32 * 1024 * 1024;

/** Pixels on each side of the images of an encoder that is added. */
export const MAX_ENCODER_SIZE = 1024;

/** Tokens of one text of an encoder that is added. */
export const MAX_ENCODER_TOKENS = 1024;

/** Images of a batch that a graph was made for, where it takes no other: it is filled up with blank ones. */
export const MAX_FIXED_BATCH = 64;

/** Graphs and nodes within each other in an ONNX model; a real one has a few. */
export const MAX_ONNX_DEPTH = 100;

/** Bytes of a word that CLIP's tokenizer merges as one: a longer one is cut, so that no text takes long. */
export const MAX_WORD_BYTES = 512;

/** For so long at least the speed of an encoder that is added is measured. */
export const ENCODER_SPEED_MS = 500;

/** Folders of the models folder that are looked into for a bundle. */
export const MAX_BUNDLES = 256;

/** Between two tries to load a bundle that is not there or cannot be used here. */
export const MODEL_RETRY_MS = 30_000;

/** What is stored gives way to what comes in, for so long at most each time: it is never put off for ever. */
export const MAX_GIVE_WAY_MS = 2_000;

/**
 * Text encoders that a thread keeps open, about 30 MiB each: of the labeler those that may be live and one that is being
 * retired, of search that of the index that is searched, of the next one and of one that one went back from.
 */
export const MAX_OPEN_TEXT_BUNDLES = 3;

/** Time for a thread to start its backend, or to open a text encoder. */
export const MAX_TEXT_OPEN_MS = 120_000;

/** Time for one question to a text encoder; a thread that takes longer is given up. */
export const MAX_TEXT_EMBED_MS = 8_000;

/** Heap of the thread of the text encoders in MiB. */
export const MAX_TEXT_HEAP_MB = 1_024;
