import type * as Ort from 'onnxruntime-node';
import { InterleaveError } from '../../core/errors.ts';
import { type Bundle, manifestOf, onlyOpened } from '../bundle.ts';
import { DEFAULT_ENGINE_THREADS } from '../limits.ts';
import type { BundleFile, ManifestOf } from '../manifest.ts';
import { fixedTo, numbersOf } from './onnx-numbers.ts';
import { type OnnxSession, openOnnxModel } from './onnx-runtime.ts';
import type { TextEngine, TextNetwork } from './text-network.ts';

type Input = ManifestOf<'text-encoder'>['input'];

/** What a manifest says of its graph. */
export interface AboutTextGraph extends Pick<Input, 'pooling' | 'padding' | 'maxTokens'> {
  names?: BundleFile['names'];
  /** null where it is not known yet */
  dims: number | null;
}

/** As exporters name them. Only the first is always there. */
const INPUTS = { ids: 'input_ids', mask: 'attention_mask', types: 'token_type_ids' };

/**
 * A text encoder as ONNX, on ONNX Runtime's processor. It takes the ids of tokens, a mask and types where it has them, as int64
 * or int32; it gives [n, tokens, dims], which is pooled here, or [n, dims] with the pooling `graph`, as float32 or float16.
 *
 * Each text is computed by itself. A quantised graph scales its numbers by all that is in a batch: a text would have another
 * vector among others than alone, and the same report another one each time it is read.
 */
export class OnnxText implements TextNetwork {
  readonly engine: TextEngine;
  readonly batch = 1;
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  readonly #about: AboutTextGraph;
  readonly #pooling: NonNullable<Input['pooling']>;
  readonly #inputs: { name: string; type: 'int64' | 'int32'; of: 'ids' | 'mask' | 'types' }[];
  readonly #output: string;

  /** @throws Error where the model is another one */
  constructor(ort: typeof Ort, { session, name }: OnnxSession, about: AboutTextGraph) {
    const { names, pooling, padding, maxTokens } = about;
    if (pooling === undefined) throw new Error('the manifest does not say how tokens are pooled');
    this.engine = { kind: 'native', name, reasons: [] };
    this.#ort = ort;
    this.#session = session;
    this.#about = about;
    this.#pooling = pooling;
    this.#inputs = inputsOf(session, names);
    this.#output = names?.output ?? outputOf(session, pooling);
    requireLength(session, this.#inputs[0]?.name, padding === undefined ? null : maxTokens);
  }

  /** @throws InterleaveError MODEL_UNSUPPORTED where ONNX Runtime cannot be loaded; Error where the model is another one */
  static async of(bundle: Bundle, load = loadRuntime): Promise<OnnxText> {
    const { name, input, output, files } = manifestOf(bundle, 'text-encoder');
    const names = files.find(({ role }) => role === 'graph')?.names;
    const ort = await load().catch((cause: unknown) => {
      throw notHere(name, cause);
    });
    const opened = await openOnnxModel(ort, onlyOpened(bundle, 'graph').place, DEFAULT_ENGINE_THREADS);
    return OnnxText.in(ort, opened, { ...input, names, dims: output.dims });
  }

  /** Of a model that is open; it is closed where this throws. @throws Error where it is another one */
  static async in(ort: typeof Ort, opened: OnnxSession, about: AboutTextGraph): Promise<OnnxText> {
    try {
      return new OnnxText(ort, opened, about);
    } catch (error) {
      await opened.session.release();
      throw error;
    }
  }

  async run(texts: readonly (readonly number[])[]): Promise<Float32Array> {
    const vectors: Float32Array[] = [];
    for (const ids of texts) vectors.push(await this.#vectorOf(ids));
    const dims = vectors[0]?.length ?? 0;
    const all = new Float32Array(texts.length * dims);
    for (const [i, vector] of vectors.entries()) all.set(vector, i * dims);
    return all;
  }

  dispose(): void {
    void this.#session.release();
  }

  async #vectorOf(ids: readonly number[]): Promise<Float32Array> {
    const length = this.#about.padding === undefined ? ids.length : this.#about.maxTokens;
    const { [this.#output]: result } = await this.#session.run(this.#given(ids, length), [this.#output]);
    const numbers = numbersOf(this.#output, result);
    const dims = this.#about.dims ?? result?.dims.at(-1) ?? 0;
    const shape = this.#pooling === 'graph' ? [1, dims] : [1, length, dims];
    if (String(result?.dims) !== String(shape))
      throw new Error(`the output ${this.#output} is not ${shape.join(' × ')}`);
    if (this.#pooling === 'mean') return sumOf(numbers.subarray(0, ids.length * dims), dims);
    const token = this.#pooling === 'eos' ? ids.length - 1 : 0;
    return numbers.slice(token * dims, (token + 1) * dims);
  }

  #given(ids: readonly number[], length: number): Record<string, Ort.Tensor> {
    const filled = [...ids, ...Array.from({ length: length - ids.length }, () => this.#about.padding ?? 0)];
    const values = {
      ids: filled,
      mask: filled.map((_, place) => (place < ids.length ? 1 : 0)),
      types: filled.map(() => 0),
    };
    return Object.fromEntries(
      this.#inputs.map(({ name, type, of }) => [name, this.#tensor(type, values[of])]),
    );
  }

  #tensor(type: 'int64' | 'int32', values: readonly number[]): Ort.Tensor {
    const shape = [1, values.length];
    return type === 'int64'
      ? new this.#ort.Tensor('int64', BigInt64Array.from(values, BigInt), shape)
      : new this.#ort.Tensor('int32', Int32Array.from(values), shape);
  }
}

const loadRuntime = (): Promise<typeof Ort> => import('onnxruntime-node');

function notHere(name: string, cause: unknown): InterleaveError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new InterleaveError(
    'MODEL_UNSUPPORTED',
    `${name} is a text-encoder with a graph as onnx, which onnxruntime opens, and that does not start here (${reason}): \`npm ci\` installs it.`,
    { cause },
  );
}

function inputsOf({ inputNames, inputMetadata }: Ort.InferenceSession, names: AboutTextGraph['names']) {
  const known = {
    ids: names?.input ?? INPUTS.ids,
    mask: names?.mask ?? INPUTS.mask,
    types: names?.types ?? INPUTS.types,
  };
  const others = inputNames.filter((name) => !Object.values(known).includes(name));
  if (others.length > 0 || !inputNames.includes(known.ids))
    throw new Error(`its inputs are ${inputNames.join(', ')}, and not ${Object.values(known).join(', ')}`);
  return (['ids', 'mask', 'types'] as const).flatMap((of) => {
    const input = inputMetadata.find(({ name }) => name === known[of]);
    if (input === undefined) return [];
    if (!input.isTensor || (input.type !== 'int64' && input.type !== 'int32'))
      throw new Error(`its input ${input.name} is neither int64 nor int32`);
    return [{ name: input.name, type: input.type, of }];
  });
}

/** A graph that was made for texts of one length gets them filled up to it. */
function requireLength(
  { inputMetadata }: Ort.InferenceSession,
  name: string | undefined,
  length: number | null,
): void {
  const input = inputMetadata.find((one) => one.name === name);
  const [texts, tokens] = input?.isTensor ? input.shape : [];
  if ((fixedTo(texts) ?? 1) !== 1) throw new Error(`it takes ${texts} texts at once, and not one`);
  const fixed = fixedTo(tokens);
  if (fixed !== null && fixed !== length)
    throw new Error(`it takes texts of ${fixed} tokens: they must be filled up to as many with a padding`);
}

/** The only output of tokens, or where the graph pools, of texts. */
function outputOf({ outputMetadata }: Ort.InferenceSession, pooling: NonNullable<Input['pooling']>): string {
  const rank = pooling === 'graph' ? 2 : 3;
  const fits = outputMetadata.filter((one) => one.isTensor && one.shape.length === rank);
  const [only, ...more] = fits;
  if (only !== undefined && more.length === 0) return only.name;
  const names = outputMetadata.map(({ name }) => name).join(', ');
  throw new Error(`the manifest must name one of its outputs: ${names}`);
}

/** As good as the mean: the vector gets length 1. */
function sumOf(tokens: Float32Array, dims: number): Float32Array {
  const sum = new Float32Array(dims);
  for (let i = 0; i < tokens.length; i++) sum[i % dims] = (sum[i % dims] ?? 0) + (tokens[i] ?? 0);
  return sum;
}
