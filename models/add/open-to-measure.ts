import { readFile } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import { OnnxNetwork } from '../engines/onnx-network.ts';
import { openOnnxModel } from '../engines/onnx-runtime.ts';
import { OnnxText } from '../engines/onnx-text.ts';
import { DEFAULT_ENGINE_THREADS } from '../limits.ts';
import { preprocess } from '../preprocess.ts';
import { openTokenizer } from '../sentence-encoder.ts';
import type { ImageSide, TextSide } from './described-sides.ts';

/** How many numbers an image encoder gives for a blank image. @throws Error where it cannot be opened or is another model */
export async function imageDims({ input, graph }: ImageSide): Promise<number> {
  const ort = await import('onnxruntime-node');
  const { session } = await openOnnxModel(ort, graph.copyOf, DEFAULT_ENGINE_THREADS);
  const network = await OnnxNetwork.of(ort, session, { ...input, names: graph.names });
  try {
    const blank = { width: 1, height: 1, channels: 1, data: Uint8Array.of(0) } as const;
    return (await network.run(preprocess([blank], input), 1)).length;
  } finally {
    await network.dispose();
  }
}

/** How many numbers a text encoder gives for a word. @throws the same; InterleaveError MODEL_UNSUPPORTED */
export async function textDims({ name, input, files, graph }: TextSide): Promise<number> {
  const { tokenizer, maxTokens } = input;
  if (tokenizer !== 'wordpiece' && tokenizer !== 'byte-bpe')
    throw new InterleaveError('MODEL_UNSUPPORTED', `${name} wants a tokenizer by ${tokenizer}.`);
  const [vocabulary, merges] = await Promise.all(
    ['vocabulary', 'merges'].map(async (role) => {
      const file = files.find((one) => one.role === role);
      return file === undefined ? null : readFile(file.copyOf);
    }),
  );
  const words = openTokenizer(tokenizer, vocabulary ?? Buffer.alloc(0), merges ?? null);
  const ort = await import('onnxruntime-node');
  const opened = await openOnnxModel(ort, graph.copyOf, DEFAULT_ENGINE_THREADS);
  const { names } = graph;
  const network = await OnnxText.in(ort, opened, {
    ...input,
    dims: null,
    ...(names === undefined ? {} : { names }),
  });
  try {
    return (await network.run([words.encode('chest', maxTokens)])).length;
  } finally {
    network.dispose();
  }
}
