import type * as Ort from 'onnxruntime-node';
import type { Network } from './engine.ts';

type Names = { input: string; output: string };
/** A dimension that differs from run to run has a name, or none. */
type Dimensions = readonly (number | string)[];

/**
 * An image encoder as ONNX: one input of images as float32, [n, height, width, 3] or [n, 3, height, width], and one output
 * of float32. Where a model has several, `names` says which are meant.
 */
export class OnnxNetwork implements Network {
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  readonly #names: Names;
  readonly #channelsFirst: boolean;

  private constructor(ort: typeof Ort, session: Ort.InferenceSession, names: Names, channelsFirst: boolean) {
    this.#ort = ort;
    this.#session = session;
    this.#names = names;
    this.#channelsFirst = channelsFirst;
  }

  /** @throws Error when the model takes or gives something else; the session is closed then */
  static async of(ort: typeof Ort, session: Ort.InferenceSession, names?: Names): Promise<OnnxNetwork> {
    try {
      const chosen = names ?? { input: only(session.inputNames), output: only(session.outputNames) };
      return new OnnxNetwork(ort, session, chosen, isChannelsFirst(shapeOf(session, chosen.input)));
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async run(batch: Float32Array, images: number): Promise<Float32Array> {
    const { input, output } = this.#names;
    const size = Math.sqrt(batch.length / images / 3);
    const tensor = this.#channelsFirst
      ? new this.#ort.Tensor('float32', channelsFirst(batch, images), [images, 3, size, size])
      : new this.#ort.Tensor('float32', batch, [images, size, size, 3]);
    const { [output]: result } = await this.#session.run({ [input]: tensor }, [output]);
    if (result === undefined || !(result.data instanceof Float32Array))
      throw new Error(`the output ${output} is not float32`);
    return result.data;
  }

  dispose(): Promise<void> {
    return this.#session.release();
  }
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

function isChannelsFirst([, first, , last, ...more]: Dimensions): boolean {
  if (more.length === 0 && last === 3) return false;
  if (more.length === 0 && first === 3) return true;
  throw new Error('the input is no batch of images with three channels');
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
