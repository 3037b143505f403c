import type * as Ort from 'onnxruntime-node';
import { MAX_FIXED_BATCH } from '../limits.ts';
import type { ManifestOf } from '../manifest.ts';
import type { Network } from './engine.ts';
import { fixedTo, numbersOf } from './onnx-numbers.ts';

type ImageInput = ManifestOf<'image-encoder'>['input'];

/** What a manifest says of its graph; what the graph says itself can be left out. */
export type AboutImageGraph = Partial<Pick<ImageInput, 'layout' | 'pooling'>> & {
  names?: { input: string; output: string } | undefined;
};
/** A dimension that differs from run to run has a name, or none. */
type Dimensions = readonly (number | string)[];

/**
 * An image encoder as ONNX: one input of images as float32, [n, height, width, 3] or [n, 3, height, width], and one output
 * of float32 or float16: a vector for each image, or with `pooling` one for each of its patches. Where a model has several,
 * `names` says which are meant. A graph that was made for batches of one size gets such batches, the last one filled up.
 */
export class OnnxNetwork implements Network {
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  readonly #names: { input: string; output: string };
  readonly #channelsFirst: boolean;
  readonly #pooling: ImageInput['pooling'];
  /** images at once, null for any number */
  readonly #batch: number | null;

  /** @throws Error when the model takes or gives something else */
  constructor(ort: typeof Ort, session: Ort.InferenceSession, { names, layout, pooling }: AboutImageGraph) {
    this.#ort = ort;
    this.#session = session;
    this.#names = names ?? { input: only(session.inputNames), output: only(session.outputNames) };
    const shape = shapeOf(session, this.#names.input);
    this.#channelsFirst = isChannelsFirst(shape, layout);
    this.#pooling = pooling;
    this.#batch = fixedTo(shape[0]);
    if (this.#batch !== null && this.#batch > MAX_FIXED_BATCH)
      throw new Error(`it takes ${this.#batch} images at once, and at most ${MAX_FIXED_BATCH} are given`);
  }

  /** The same; the session is closed where it throws. */
  static async of(
    ort: typeof Ort,
    session: Ort.InferenceSession,
    about: AboutImageGraph = {},
  ): Promise<OnnxNetwork> {
    try {
      return new OnnxNetwork(ort, session, about);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async run(batch: Float32Array, images: number): Promise<Float32Array> {
    const atOnce = this.#batch ?? images;
    if (atOnce === images) return this.#runAll(batch, images);
    const each = batch.length / images;
    const vectors: Float32Array[] = [];
    for (let from = 0; from < images; from += atOnce) {
      const part = new Float32Array(atOnce * each);
      part.set(batch.subarray(from * each, (from + atOnce) * each));
      const made = await this.#runAll(part, atOnce);
      vectors.push(made.subarray(0, (made.length / atOnce) * Math.min(atOnce, images - from)));
    }
    return joined(vectors);
  }

  dispose(): Promise<void> {
    return this.#session.release();
  }

  async #runAll(batch: Float32Array, images: number): Promise<Float32Array> {
    const { input, output } = this.#names;
    const size = Math.sqrt(batch.length / images / 3);
    const tensor = this.#channelsFirst
      ? new this.#ort.Tensor('float32', channelsFirst(batch, images), [images, 3, size, size])
      : new this.#ort.Tensor('float32', batch, [images, size, size, 3]);
    const { [output]: result } = await this.#session.run({ [input]: tensor }, [output]);
    const numbers = numbersOf(output, result);
    return this.#pooling === undefined
      ? numbers
      : pooled(numbers, result?.dims ?? [], this.#pooling, `the output ${output}`);
  }
}

/** One vector for each image of those of its patches; the mean is the sum, since a vector gets length 1. */
function pooled(
  numbers: Float32Array,
  [images = 0, tokens = 0, dims = 0, ...more]: readonly number[],
  pooling: 'cls' | 'mean',
  output: string,
): Float32Array {
  if (dims === 0 || more.length > 0) throw new Error(`${output} gives no vector for each patch`);
  const vectors = new Float32Array(images * dims);
  const counted = pooling === 'cls' ? 1 : tokens;
  for (let image = 0; image < images; image++)
    for (let token = 0; token < counted; token++)
      for (let i = 0; i < dims; i++) {
        const at = image * dims + i;
        vectors[at] = (vectors[at] as number) + (numbers[(image * tokens + token) * dims + i] as number);
      }
  return vectors;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function only(names: readonly string[]): string {
  const [name, ...more] = names;
  if (name !== undefined && more.length === 0) return name;
  throw new Error(`the manifest must name one of ${names.join(', ')}`);
}

function shapeOf(session: Ort.InferenceSession, input: string): Dimensions {
  const about = session.inputMetadata.find(({ name }) => name === input);
  if (about === undefined) throw new Error(`the model has no input ${input}`);
  if (!about.isTensor || about.type !== 'float32') throw new Error(`the input ${input} is not float32`);
  return about.shape;
}

function isChannelsFirst(shape: Dimensions, said: AboutImageGraph['layout']): boolean {
  const [, first, , last] = shape;
  if (shape.length === 4) {
    if (said === undefined && last === 3) return false;
    if (said === undefined && first === 3) return true;
    if (said === 'channels-last' && (fixedTo(last) ?? 3) === 3) return false;
    if (said === 'channels-first' && (fixedTo(first) ?? 3) === 3) return true;
  }
  throw new Error(
    said === undefined
      ? 'the input is no batch of images with three channels, or does not say where they stand'
      : `the input has not three ${said}`,
  );
}

/** [n, height, width, 3] to [n, 3, height, width]. */
function channelsFirst(batch: Float32Array, images: number): Float32Array {
  const area = batch.length / images / 3;
  const turned = new Float32Array(batch.length);
  for (let image = 0; image < images; image++)
    for (let channel = 0; channel < 3; channel++)
      for (let pixel = 0; pixel < area; pixel++)
        turned[(image * 3 + channel) * area + pixel] = batch[(image * area + pixel) * 3 + channel] as number;
  return turned;
}
