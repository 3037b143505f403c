import { z } from 'zod';
import { InterleaveError } from '../core/errors.ts';
import type { WordPieceRules } from './word-piece.ts';

/**
 * The rules of a WordPiece tokenizer: of a `tokenizer.json` as the library `tokenizers` writes it, or of a `vocab.txt`,
 * one piece a line, its id the number of the line. A `vocab.txt` does not say whether words are made small: they are where
 * it has no capital.
 * @throws InterleaveError MODEL_UNSUPPORTED where the file wants another tokenizer; Error where it is none
 */
export function readWordPiece(file: Buffer): WordPieceRules {
  const text = file.toString();
  return text.trimStart().startsWith('{') ? ofTokenizer(JSON.parse(text)) : ofPieces(text);
}

const id = z.int().nonnegative();
const named = z.looseObject({ type: z.string() }).nullable();

/** `added_tokens`, `truncation` and `padding` are the caller's: how many tokens are read stands in the manifest. */
const tokenizerSchema = z.looseObject({
  normalizer: named,
  pre_tokenizer: named,
  post_processor: named,
  model: z.looseObject({ type: z.string().default('WordPiece') }),
});

const modelSchema = z.looseObject({
  vocab: z.record(z.string(), id),
  unk_token: z.string(),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.int().positive().default(100),
});

const normalizerSchema = z.looseObject({
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.boolean().nullable(),
  lowercase: z.boolean(),
});

const special = z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) });
const templateSchema = z.looseObject({
  single: z.tuple([special, z.looseObject({ Sequence: z.looseObject({}) }), special]),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.tuple([id]) })),
});

const bertSchema = z.looseObject({ cls: z.tuple([z.string(), id]), sep: z.tuple([z.string(), id]) });

function ofTokenizer(json: unknown): WordPieceRules {
  const { model, normalizer, pre_tokenizer, post_processor } = tokenizerSchema.parse(json);
  requireType('model', model, ['WordPiece']);
  requireType('normalizer', normalizer, ['BertNormalizer']);
  requireType('pre_tokenizer', pre_tokenizer, ['BertPreTokenizer']);
  requireType('post_processor', post_processor, ['TemplateProcessing', 'BertProcessing']);
  const { vocab, unk_token, continuing_subword_prefix, max_input_chars_per_word } = modelSchema.parse(model);
  const { clean_text, handle_chinese_chars, strip_accents, lowercase } = normalizerSchema.parse(normalizer);
  const vocabulary = new Map(Object.entries(vocab));
  return {
    vocabulary,
    unknown: idOf(vocabulary, unk_token),
    ...endsOf(post_processor),
    continuation: continuing_subword_prefix,
    maxWordLength: max_input_chars_per_word,
    lowercase,
    stripAccents: strip_accents ?? lowercase,
    cleanText: clean_text,
    splitIdeographs: handle_chinese_chars,
  };
}

function requireType(part: string, said: { type: string } | null, types: readonly string[]): void {
  if (said !== null && types.includes(said.type)) return;
  throw new InterleaveError(
    'MODEL_UNSUPPORTED',
    `The tokenizer's ${part} is ${said?.type ?? 'none'}, and not ${types.join(' or ')}.`,
  );
}

function endsOf(processor: { type: string } | null): Pick<WordPieceRules, 'first' | 'last'> {
  if (processor?.type === 'BertProcessing') {
    const { cls, sep } = bertSchema.parse(processor);
    return { first: cls[1], last: sep[1] };
  }
  const { single, special_tokens } = templateSchema.parse(processor);
  const [first, , last] = single;
  const idOfToken = ({ SpecialToken }: z.infer<typeof special>): number => {
    const token = special_tokens[SpecialToken.id];
    if (token === undefined) throw new Error(`the tokenizer gives no id for ${SpecialToken.id}`);
    return token.ids[0];
  };
  return { first: idOfToken(first), last: idOfToken(last) };
}

function ofPieces(text: string): WordPieceRules {
  const pieces = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const vocabulary = new Map(pieces.map((piece, line) => [piece, line]));
  const lowercase = !pieces.some((piece) => !/^\[.*\]$/.test(piece) && /\p{Lu}/u.test(piece));
  return {
    vocabulary,
    unknown: idOf(vocabulary, '[UNK]'),
    first: idOf(vocabulary, '[CLS]'),
    last: idOf(vocabulary, '[SEP]'),
    continuation: '##',
    maxWordLength: 100,
    lowercase,
    stripAccents: lowercase,
    cleanText: true,
    splitIdeographs: true,
  };
}

function idOf(vocabulary: ReadonlyMap<string, number>, token: string): number {
  const found = vocabulary.get(token);
  if (found === undefined) throw new Error(`the vocabulary has no ${token}`);
  return found;
}
