import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeOf } from '../../core/errors.ts';
import { BytePairs, characterOf } from '../../models/byte-pairs.ts';
import { readBytePairs } from '../../models/byte-pairs-file.ts';
import { MAX_WORD_BYTES } from '../../models/limits.ts';
import { CLIP_PATTERN, clipTokenizer } from './support/clip-tokenizer.ts';

/** The first are those of the test of CLIP's tokenizer in `transformers` (tests/models/clip/test_tokenization_clip.py). */
const PIECES = `l o w e r s t i d n lo l</w> w</w> r</w> t</w> low</w> er</w> lowest</w> newer</w> wider <unk> ' 's</w> s</w> 1</w> ! !</w> !!</w> Ã ©</w>`;
const MERGES = ['l o', 'lo w</w>', 'e r</w>', "' s</w>", '! !</w>'];
const TINY = clipTokenizer(PIECES.split(' '), MERGES, '<unk>');
const START = 30;
const END = 31;
const UNKNOWN = 20;

const bytesOf = (json: unknown) => Buffer.from(JSON.stringify(json));
const read = (json: unknown) => new BytePairs(readBytePairs(bytesOf(json), null));
const tiny = read(TINY);

/** The ids are those of `tokenizers` 0.23.3 (PyPI) with the same file. */
test('it gives the ids that the library gives', () => {
  for (const [text, ids] of [
    ['lower newer', [10, 2, 16, 9, 3, 2, 16]],
    ['LOWER  newer\n', [10, 2, 16, 9, 3, 2, 16]],
    ["low low's", [15, 15, 22]],
    ['1 11 !!', [24, 24, 24, 27]],
    ['é', [28, 29]],
    ['e\u0301', [28, 29]],
    ['ß', [28, UNKNOWN]],
    ['lower!!! low', [10, 2, 16, 25, 27, 15]],
    ['low\u00a0low\u3000newer', [15, 15, 9, 3, 2, 16]],
    ['', []],
  ] as const)
    assert.deepEqual(tiny.encode(text, 77), [START, ...ids, END], JSON.stringify(text));
});

/**
 * These pieces have the ids of CLIP's own vocabulary, and the merges its order. The ids of both sentences are published, e.g. in
 * elixir-nx/bumblebee, test/bumblebee/text/clip_tokenizer_test.exs.
 */
test('it gives the ids of CLIP', () => {
  const vocab: Record<string, number> = {
    ...{ a: 64, c: 66, d: 67, h: 71, o: 78, p: 79, t: 83, 'a</w>': 320, 'f</w>': 325, 'g</w>': 326 },
    ...{ 'o</w>': 334, 't</w>': 339, 'to</w>': 531, 'at</w>': 536, 'of</w>': 539, ho: 606, do: 639 },
    ...{ pho: 816, 'photo</w>': 1125, 'dog</w>': 1929, 'cat</w>': 2368 },
    ...{ '<|startoftext|>': 49406, '<|endoftext|>': 49407 },
  };
  const merges = [
    't o</w>',
    'a t</w>',
    'o f</w>',
    'h o',
    'd o',
    'p ho',
    'pho to</w>',
    'do g</w>',
    'c at</w>',
  ];
  const clip = new BytePairs(readBytePairs(bytesOf(vocab), Buffer.from(merges.join('\n'))));
  assert.deepEqual(clip.encode('a photo of a cat', 77), [49406, 320, 1125, 539, 320, 2368, 49407]);
  assert.deepEqual(clip.encode('A photo of a DOG', 77), [49406, 320, 1125, 539, 320, 1929, 49407]);
});

test('names of special tokens in a text are words like others', () => {
  const ids = tiny.encode('<|endoftext|> low <|startoftext|>', 77);
  assert.deepEqual([ids.indexOf(END), ids.lastIndexOf(START)], [ids.length - 1, 0]);
});

test('a text that is too long keeps its end', () => {
  const ids = tiny.encode('low '.repeat(100), 5);
  assert.deepEqual(ids, [START, 15, 15, 15, END]);
  assert.deepEqual(tiny.encode('low', 2), [START, END]);
});

test('a merge may be written as two pieces, and the two files of CLIP say the same', () => {
  const pairs = MERGES.map((merge) => merge.split(' ') as [string, string]);
  const asPairs = read({ ...TINY, model: { ...TINY.model, merges: pairs } });
  const { vocab } = TINY.model;
  const merges = Buffer.from(['#version: 0.2', ...MERGES, ''].join('\n'));
  const asFiles = new BytePairs(readBytePairs(bytesOf(vocab), merges));
  for (const text of ['lower newer', "LOW's !!!", 'low '.repeat(90)]) {
    assert.deepEqual(asPairs.encode(text, 77), tiny.encode(text, 77));
    assert.deepEqual(asFiles.encode(text, 77), tiny.encode(text, 77));
  }
});

test('every text gives ids of the vocabulary, at most as many as are asked for', () => {
  const everyByte = Array.from({ length: 256 }, (_, byte) => characterOf(byte));
  const whole = read(
    clipTokenizer(
      [...everyByte, ...everyByte.map((one) => `${one}</w>`), 'th', 'the</w>'],
      ['t h', 'th e</w>'],
    ),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 2, max: 90 }),
      (text, most) => {
        for (const [tokenizer, size] of [
          [tiny, END + 1],
          [whole, 516],
        ] as const) {
          const ids = tokenizer.encode(text, most);
          assert.ok(ids.length >= 2 && ids.length <= most);
          assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0 && id < size));
          assert.deepEqual(ids, tokenizer.encode(text, most));
        }
        assert.ok(!whole.encode(text, 1000).slice(1, -1).includes(515), 'every byte is known');
      },
    ),
  );
});

test('a word without an end is cut where it would take too long', () => {
  const ids = tiny.encode('l'.repeat(3 * MAX_WORD_BYTES), 10_000);
  assert.equal(ids.length, 3 * MAX_WORD_BYTES + 2);
  assert.equal(ids.filter((id) => id === 11).length, 1, 'only its end is the end of a word');
  // By the characters that a bundle may allow: what a merge has to look through stays bounded.
  assert.ok(tiny.encode('lo'.repeat(4096), 10_000).length > 4000);
});

test('another tokenizer is refused by its name, and what is none is none', () => {
  const changed = (part: object) => ({ ...TINY, ...part });
  const [split, bytes] = TINY.pre_tokenizer.pretokenizers;
  for (const [json, message] of [
    [changed({ model: { type: 'WordPiece' } }), /WordPiece/],
    [changed({ model: { ...TINY.model, end_of_word_suffix: null } }), /<\/w>/],
    [changed({ normalizer: null }), /normalizer is none/],
    [changed({ pre_tokenizer: { type: 'ByteLevel' } }), /pre_tokenizer is ByteLevel/],
    [changed({ post_processor: { type: 'TemplateProcessing' } }), /post_processor/],
    [
      changed({
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [{ ...split, pattern: { Regex: '(a+)+$' } }, bytes],
        },
      }),
      /pre_tokenizer/,
    ],
  ] as const)
    assert.throws(
      () => read(json),
      (error) => {
        assert.equal(codeOf(error), 'MODEL_UNSUPPORTED');
        assert.match((error as Error).message, message);
        return true;
      },
    );
  const withTokens = `<\\|startoftext\\|>|<\\|endoftext\\|>|${CLIP_PATTERN}`;
  read(
    changed({
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [{ ...split, pattern: { Regex: withTokens } }, bytes],
      },
    }),
  );
  for (const model of [
    { merges: ['l o w'] },
    { merges: ['l x'] },
    { merges: ['w l'] },
    { vocab: { l: -1 } },
    { vocab: { l: 2 ** 24 } },
    { vocab: [] },
    { dropout: 0.1 },
    { unk_token: 'nothing' },
  ])
    assert.throws(() => read(changed({ model: { ...TINY.model, ...model } })), JSON.stringify(model));
});
