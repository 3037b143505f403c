import { z } from 'zod';
import { InterleaveError } from '../core/errors.ts';
import type { BytePairRules } from './byte-pairs.ts';

/**
 * The rules of CLIP's tokenizer: of a `tokenizer.json` as the library `tokenizers` writes it, or of a `vocab.json` with its
 * `merges.txt`. No pattern of the file is ever run: it must be CLIP's own.
 * @throws InterleaveError MODEL_UNSUPPORTED where the file wants another tokenizer; Error where it is none
 */
export function readBytePairs(file: Buffer, merges: Buffer | null): BytePairRules {
  const json: unknown = JSON.parse(file.toString());
  return merges === null ? ofTokenizer(json) : ofPair(json, merges.toString());
}

/** `pairOf` counts on it. */
const id = z
  .int()
  .nonnegative()
  .lt(2 ** 24);
const vocabularySchema = z.record(z.string(), id);
const named = z.looseObject({ type: z.string() });
const some = named.nullable();

/** `added_tokens`, `truncation` and `padding` are the caller's: how many tokens are read stands in the manifest. */
const tokenizerSchema = z.looseObject({
  normalizer: some,
  pre_tokenizer: some,
  post_processor: some,
  model: z.looseObject({ type: z.string().default('BPE') }),
});

const modelSchema = z.looseObject({
  vocab: vocabularySchema,
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  unk_token: z.string().nullable().default(null),
  dropout: z.null().optional(),
  continuing_subword_prefix: z.literal('').nullable().optional(),
  end_of_word_suffix: z.literal('</w>'),
  byte_fallback: z.literal(false).optional(),
  ignore_merges: z.literal(false).optional(),
});

const sequence = (key: string) => z.looseObject({ [key]: z.array(z.looseObject({ type: z.string() })) });
const split = z.looseObject({
  pattern: z.looseObject({ Regex: z.string() }),
  behavior: z.string(),
  invert: z.boolean(),
});
const endsSchema = z.looseObject({ cls: z.tuple([z.string(), id]), sep: z.tuple([z.string(), id]) });

function ofTokenizer(json: unknown): BytePairRules {
  const { model, normalizer, pre_tokenizer, post_processor } = tokenizerSchema.parse(json);
  requireThat('model', model.type === 'BPE', model.type);
  const normal = typesIn('normalizers', normalizer);
  requireThat('normalizer', normal.join() === 'NFC,Replace,Lowercase', normal.join(', '));
  const cut = typesIn('pretokenizers', pre_tokenizer);
  requireThat(
    'pre_tokenizer',
    cut.join() === 'Split,ByteLevel' && isClipsSplit(pre_tokenizer),
    cut.join(', '),
  );
  requireThat('post_processor', post_processor?.type === 'RobertaProcessing', post_processor?.type ?? 'none');
  if (!('end_of_word_suffix' in model) || model['end_of_word_suffix'] !== '</w>')
    refuse('model', 'byte pairs without </w>');
  const { vocab, merges, unk_token } = modelSchema.parse(model);
  const { cls, sep } = endsSchema.parse(post_processor);
  const vocabulary = new Map(Object.entries(vocab));
  return {
    vocabulary,
    merges: merges.map((merge) => (typeof merge === 'string' ? pairIn(merge) : merge)),
    unknown: unk_token === null ? sep[1] : idOf(vocabulary, unk_token),
    first: cls[1],
    last: sep[1],
  };
}

const START = '<|startoftext|>';
const STOP = '<|endoftext|>';

/** CLIP's two files name no special tokens: they are known. The first line of the merges is their version. */
function ofPair(json: unknown, text: string): BytePairRules {
  const vocabulary = new Map(Object.entries(vocabularySchema.parse(json)));
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  if (!vocabulary.has(START)) refuse('vocabulary', `without ${START}`);
  const last = idOf(vocabulary, STOP);
  return { vocabulary, merges: lines.map(pairIn), unknown: last, first: idOf(vocabulary, START), last };
}

function pairIn(line: string): readonly [string, string] {
  const [left = '', right = '', ...more] = line.split(' ');
  if (left === '' || right === '' || more.length > 0) throw new Error('a merge is not two pieces');
  return [left, right];
}

/** The types of a sequence's parts, or of the one that stands alone. */
function typesIn(key: string, part: z.infer<typeof some>): string[] {
  if (part?.type !== 'Sequence') return [part?.type ?? 'none'];
  return (sequence(key).parse(part)[key] as { type: string }[]).map(({ type }) => type);
}

/** Both ways in which CLIP's pattern is written; special tokens in a text are no tokens here. */
function isClipsSplit(part: z.infer<typeof some>): boolean {
  const [first] = (sequence('pretokenizers').safeParse(part).data?.['pretokenizers'] ?? []) as unknown[];
  const { pattern, behavior, invert } = split.parse(first);
  const words = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;
  const withTokens = String.raw`<\|startoftext\|>|<\|endoftext\|>|${words}`;
  return [words, withTokens].includes(pattern.Regex) && behavior === 'Removed' && invert;
}

function requireThat(part: string, fits: boolean, said: string): void {
  if (!fits) refuse(part, said);
}

function refuse(part: string, said: string): never {
  throw new InterleaveError(
    'MODEL_UNSUPPORTED',
    `The tokenizer's ${part} is ${said.slice(0, 100)}, and not that of CLIP.`,
  );
}

function idOf(vocabulary: ReadonlyMap<string, number>, token: string): number {
  const found = vocabulary.get(token);
  if (found === undefined) throw new Error(`the vocabulary has no ${token.slice(0, 100)}`);
  return found;
}
