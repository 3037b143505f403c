import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf } from '../../core/errors.ts';
import { WordPiece } from '../../models/word-piece.ts';
import { readWordPiece } from '../../models/word-piece-file.ts';

const PIECES = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'pneumothorax',
  'pneumo',
  '##thorax',
  '##s',
  'no',
  'cafe',
  '.',
  '[',
  ']',
  'sep',
  '中',
  'σ',
  '-',
  ...'abcdefghijklmnopqrstuvwxyz',
  ...Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `##${letter}`),
];
const VOCABULARY = Buffer.from(`${PIECES.join('\n')}\n`);
const [UNKNOWN, FIRST, LAST] = [1, 2, 3];

/** As the library writes it, with other rules where told. */
function tokenizerFile(changed: Record<string, unknown> = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '[CLS]', type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
          { SpecialToken: { id: '[SEP]', type_id: 0 } },
        ],
        special_tokens: { '[CLS]': { ids: [FIRST] }, '[SEP]': { ids: [LAST] } },
      },
      decoder: null,
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        vocab: Object.fromEntries(PIECES.map((piece, i) => [piece, i])),
      },
      ...changed,
    }),
  );
}

const normalizer = (changed: object) => ({
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
    ...changed,
  },
});

const tokenizer = new WordPiece(readWordPiece(VOCABULARY));
const pieces = (text: string, of = tokenizer) =>
  of
    .encode(text, 1_000)
    .slice(1, -1)
    .map((id) => PIECES[id]);

test('the longest piece first, and what goes on with a word by its mark', () => {
  assert.deepEqual(pieces('No pneumothoraxs.'), ['no', 'pneumothorax', '##s', '.']);
  assert.deepEqual(pieces('pneumothora'), ['pneumo', '##t', '##h', '##o', '##r', '##a']);
});

test('capitals and accents as the file says; a list of pieces without a capital is of small letters', () => {
  assert.deepEqual(pieces('CAFÉ'), ['cafe']);
  const cased = new WordPiece(readWordPiece(tokenizerFile(normalizer({ lowercase: false }))));
  assert.deepEqual(pieces('cafe CAFE café', cased), ['cafe', '[UNK]', '[UNK]']);
  const accents = new WordPiece(readWordPiece(tokenizerFile(normalizer({ strip_accents: false }))));
  assert.deepEqual(pieces('CAFE CAFÉ', accents), ['cafe', '[UNK]']);
  const capitals = readWordPiece(Buffer.from([...PIECES, 'CT'].join('\n')));
  assert.deepEqual([capitals.lowercase, capitals.stripAccents], [false, false]);
});

test('a word that cannot be cut to its end, or is too long, is unknown as a whole', () => {
  assert.deepEqual(pieces('pneumo€ no'), ['[UNK]', 'no']);
  assert.deepEqual(pieces(`${'a'.repeat(100)}`).length, 100);
  assert.deepEqual(pieces(`${'a'.repeat(101)} no`), ['[UNK]', 'no']);
});

test('ideographs are words, control characters are none, and each sigma is the same', () => {
  assert.deepEqual(pieces('no中no'), ['no', '中', 'no']);
  assert.deepEqual(pieces('n\u0000o\u200b\tno\u00a0no'), ['no', 'no', 'no']);
  assert.deepEqual(pieces('Σ'), ['σ']);
});

test('a text cannot end itself', () => {
  assert.deepEqual(pieces('[SEP]'), ['[', 'sep', ']']);
});

test('any text gives its two ends and ids of the vocabulary between, as many as are allowed', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 2, max: 20 }),
      (text, max) => {
        const ids = tokenizer.encode(text, max);
        assert.ok(ids.length >= 2 && ids.length <= max);
        assert.deepEqual([ids[0], ids.at(-1)], [FIRST, LAST]);
        const whole = tokenizer.encode(text, 10_000);
        assert.deepEqual(ids.slice(0, -1), whole.slice(0, ids.length - 1));
        for (const id of ids.slice(1, -1)) assert.ok(PIECES[id] !== undefined && id !== FIRST && id !== LAST);
      },
    ),
  );
});

test('pieces put together are the word, where every letter is known', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zA-Z]{1,20}$/), { maxLength: 6 }), (words) => {
      const together = pieces(words.join(' '), new WordPiece(readWordPiece(tokenizerFile())))
        .map((piece) => (piece?.startsWith('##') ? piece.slice(2) : ` ${piece}`))
        .join('');
      assert.equal(together.trim(), words.join(' ').toLowerCase());
    }),
  );
});

test('both files of the same tokenizer say the same', () => {
  assert.deepEqual(readWordPiece(tokenizerFile()), readWordPiece(VOCABULARY));
  const bert = { type: 'BertProcessing', sep: ['[SEP]', LAST], cls: ['[CLS]', FIRST] };
  assert.deepEqual(readWordPiece(tokenizerFile({ post_processor: bert })), readWordPiece(VOCABULARY));
  assert.equal(readWordPiece(VOCABULARY).unknown, UNKNOWN);
});

test('another tokenizer is refused by its name, and what is none is none', () => {
  for (const changed of [
    { model: { type: 'BPE' } },
    { pre_tokenizer: { type: 'ByteLevel' } },
    { normalizer: null },
    { post_processor: { type: 'RobertaProcessing' } },
  ])
    assert.throws(
      () => readWordPiece(tokenizerFile(changed)),
      (error) => codeOf(error) === 'MODEL_UNSUPPORTED',
    );
  assert.throws(() => readWordPiece(Buffer.from('{}')));
  assert.throws(() => readWordPiece(Buffer.from('no\nyes\n')), /\[UNK\]/);
});
