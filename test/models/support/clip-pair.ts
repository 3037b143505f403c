import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { characterOf } from '../../../models/byte-pairs.ts';
import { onnxModel, onnxNode, onnxTensor, onnxValue } from '../../../models/onnx/onnx-model.ts';
import { bytes, integer, integers, text } from '../../../models/onnx/protobuf.ts';
import { clipTokenizer } from './clip-tokenizer.ts';

/**
 * A pair of encoders with the inputs and outputs of CLIP (`pixel_values` → `image_embeds`; `input_ids`, `attention_mask` →
 * `text_embeds`) and of four numbers: an image lies where its brightness puts it, the word "luminous" beside bright images,
 * "sombre" beside dark ones, and all other words far from any image.
 */
export const BRIGHT_WORD = 'luminous';
export const DARK_WORD = 'sombre';

const SIZE = 32;
const DIMS = 4;
const CONTEXT = 77;

const BYTES = Array.from({ length: 256 }, (_, byte) => characterOf(byte));
const [BRIGHT, DARK] = [piecesOf(BRIGHT_WORD), piecesOf(DARK_WORD)];
const PIECES = [...BYTES, ...BYTES.map((one) => `${one}</w>`), ...BRIGHT.pieces, ...DARK.pieces];
const TOKENIZER = clipTokenizer(PIECES, [...BRIGHT.merges, ...DARK.merges]);
/** The id of <|endoftext|>, with which texts are filled up. */
const END = PIECES.length + 1;

export const CLIP_DESCRIPTION = {
  format: 1,
  name: 'brightness',
  about: 'Made by a test: brightness, and two words for it.',
  licence: 'Apache-2.0',
  domain: 'simulated',
  sharedSpace: true,
  floor: 0.8,
  image: {
    file: 'vision_model.onnx',
    input: 'pixel_values',
    output: 'image_embeds',
    size: SIZE,
    resize: 'crop',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  text: {
    file: 'text_model.onnx',
    output: 'text_embeds',
    tokenizer: { kind: 'byte-bpe', file: 'tokenizer.json' },
    contextLength: CONTEXT,
    padding: END,
    pooling: 'graph',
  },
} as const;

/** Writes the folder as whoever exported the pair would. `change`: what its description says instead. */
export async function writeClipPair(folder: string, change: object = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'encoder.json'), JSON.stringify({ ...CLIP_DESCRIPTION, ...change }));
  await writeFile(join(folder, 'vision_model.onnx'), imageGraph());
  await writeFile(join(folder, 'text_model.onnx'), textGraph());
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(TOKENIZER));
}

/** (brightness from -1 to 1, ½, 0, 0) of images in batches of any size, or of `batch`; `dims` for one that fits nothing. */
export function imageGraph({
  batch = 'batch',
  dims = DIMS,
  layout = ['channels', 'height', 'width'],
}: {
  batch?: number | string;
  dims?: number;
  layout?: (number | string)[];
} = {}): Buffer {
  const mean = Float32Array.from({ length: 3 * dims }, (_, i) => (i % dims === 0 ? 1 / 3 : 0));
  const bias = Float32Array.from({ length: dims }, (_, i) => (i === 1 ? 0.5 : 0));
  return onnxModel({
    nodes: [
      onnxNode('GlobalAveragePool', ['pixel_values'], 'pooled'),
      onnxNode('Flatten', ['pooled'], 'colours', { axis: 1 }),
      onnxNode('MatMul', ['colours', 'mean'], 'brightness'),
      onnxNode('Add', ['brightness', 'bias'], 'image_embeds'),
    ],
    initializers: [onnxTensor('mean', [3, dims], mean), onnxTensor('bias', [dims], bias)],
    input: onnxValue('pixel_values', [batch, ...(layout[0] === 'channels' ? [3, SIZE, SIZE] : layout)]),
    outputs: [onnxValue('image_embeds', [batch, dims])],
  });
}

/** The sum of the vectors of all tokens that the mask names. */
export function textGraph({ tokens = 'tokens' }: { tokens?: number | string } = {}): Buffer {
  return onnxModel({
    nodes: [
      onnxNode('Gather', ['table', 'input_ids'], 'embedded', { axis: 0 }),
      onnxNode('Cast', ['attention_mask'], 'mask', { to: 1 }),
      onnxNode('Unsqueeze', ['mask', 'last'], 'column'),
      onnxNode('Mul', ['embedded', 'column'], 'masked'),
      onnxNode('ReduceSum', ['masked', 'middle'], 'text_embeds', { keepdims: 0 }),
    ],
    initializers: [
      onnxTensor('table', [END + 1, DIMS], Float32Array.from(ROWS.flat())),
      whole('last', 2),
      whole('middle', 1),
    ],
    input: [
      onnxValue('input_ids', ['batch', tokens], 'int64'),
      onnxValue('attention_mask', ['batch', tokens], 'int64'),
    ],
    outputs: [onnxValue('text_embeds', ['batch', DIMS])],
  });
}

/** The two words have the direction of what they mean, all else one of its own in the other two dimensions. */
const ROWS = [...PIECES, 'start', 'end'].map((piece, id) => {
  if (piece === `${BRIGHT_WORD}</w>`) return [20, 10, 0, 0];
  if (piece === `${DARK_WORD}</w>`) return [-20, 10, 0, 0];
  if (id >= PIECES.length) return [0, 0, 0, 0];
  return [0, 0, Math.cos(id), Math.sin(id)];
});

/** What a word is merged from, letter by letter. */
function piecesOf(word: string): { pieces: string[]; merges: [string, string][] } {
  const letters = [...word].map((letter, i) => (i === word.length - 1 ? `${letter}</w>` : letter));
  const merges: [string, string][] = [];
  const whole = letters.reduce((left, right) => {
    merges.push([left, right]);
    return left + right;
  });
  const pieces = [...new Set(merges.map(([left, right]) => left + right))];
  if (!pieces.includes(whole)) throw new Error('a word must be a piece');
  return { pieces, merges };
}

/** A list of one whole number, as operators take their axes. */
function whole(name: string, value: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeBigInt64LE(BigInt(value));
  return Buffer.concat([integers(1, [1]), integer(2, 7), text(8, name), bytes(9, data)]);
}
