/** CLIP's pattern, as `transformers` writes it into a `tokenizer.json`. */
export const CLIP_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;

/** A `tokenizer.json` of CLIP's kind with these pieces, the last two of which begin and end a text. */
export function clipTokenizer(
  pieces: readonly string[],
  merges: readonly (string | readonly [string, string])[],
  unknown?: string,
) {
  const vocab = Object.fromEntries(
    [...pieces, '<|startoftext|>', '<|endoftext|>'].map((one, id) => [one, id]),
  );
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: CLIP_PATTERN }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      cls: ['<|startoftext|>', vocab['<|startoftext|>']],
      sep: ['<|endoftext|>', vocab['<|endoftext|>']],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: null,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown ?? '<|endoftext|>',
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}
