import type * as Ort from 'onnxruntime-node';
import { InterleaveError } from '../../core/errors.ts';
import { type Bundle, manifestOf, onlyFile } from '../bundle.ts';
import { DEFAULT_ENGINE_THREADS } from '../limits.ts';
import type { ManifestOf } from '../manifest.ts';
import { type OnnxSession, openOnnxModel } from './onnx-runtime.ts';
import type { TextEngine, TextNetwork } from './text-network.ts';

type Pooling = NonNullable<ManifestOf<'text-encoder'>['input']['pooling']>;

/** Of a BERT, as its exporters name them. Only the first is always there. */
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

/**
 * A text encoder as ONNX, on ONNX Runtime's processor. It takes `input_ids`, and `attention_mask` and `token_type_ids` where it
 * has them, as int64; it gives [n, tokens, dims], which is pooled here, or [n, dims] with the pooling `graph`.
 *
 * Each text is computed by itself. A quantised graph scales its numbers by all that is in a batch: a text would have another
 * vector among others than alone, and the same report another one each time it is read.
 */
export class OnnxText implements TextNetwork {
  readonly engine: TextEngine;
  readonly batch = 1;
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  readonly #output: string;
  readonly #pooling: Pooling;
  readonly #dims: number;

  private constructor(
    ort: typeof Ort,
    { session, name }: OnnxSession,
    output: string,
    pooling: Pooling,
    dims: number,
  ) {
    this.engine = { kind: 'native', name, reasons: [] };
    this.#ort = ort;
    this.#session = session;
    this.#output = output;
    this.#pooling = pooling;
    this.#dims = dims;
  }

  /** @throws InterleaveError MODEL_UNSUPPORTED where ONNX Runtime cannot be loaded; Error where the model is another one */
  static async of(bundle: Bundle, load = loadRuntime): Promise<OnnxText> {
    const { name, input, output, files } = manifestOf(bundle, 'text-encoder');
    const { pooling } = input;
    if (pooling === undefined) throw new Error('the manifest does not say how tokens are pooled');
    const ort = await load().catch((cause: unknown) => {
      throw notHere(name, cause);
    });
    const opened = await openOnnxModel(ort, onlyFile(bundle, 'graph'), DEFAULT_ENGINE_THREADS);
    try {
      const names = files.find(({ role }) => role === 'graph')?.names;
      requireInputs(opened.session);
      const chosen = names?.output ?? outputOf(opened.session, pooling);
      return new OnnxText(ort, opened, chosen, pooling, output.dims);
    } catch (error) {
      await opened.session.release();
      throw error;
    }
  }

  async run(texts: readonly (readonly number[])[]): Promise<Float32Array> {
    const vectors = new Float32Array(texts.length * this.#dims);
    for (const [i, ids] of texts.entries()) vectors.set(await this.#vectorOf(ids), i * this.#dims);
    return vectors;
  }

  dispose(): void {
    void this.#session.release();
  }

  async #vectorOf(ids: readonly number[]): Promise<Float32Array> {
    const { [this.#output]: result } = await this.#session.run(this.#inputs(ids), [this.#output]);
    const shape = this.#pooling === 'graph' ? [1, this.#dims] : [1, ids.length, this.#dims];
    if (
      result === undefined ||
      !(result.data instanceof Float32Array) ||
      String(result.dims) !== String(shape)
    )
      throw new Error(`the output ${this.#output} is not float32 of ${shape.join(' × ')}`);
    if (this.#pooling === 'mean') return sumOf(result.data, this.#dims);
    return result.data.subarray(0, this.#dims);
  }

  #inputs(ids: readonly number[]): Record<string, Ort.Tensor> {
    const tensor = (of: (id: number) => number) =>
      new this.#ort.Tensor(
        'int64',
        BigInt64Array.from(ids, (id) => BigInt(of(id))),
        [1, ids.length],
      );
    const all = {
      input_ids: tensor((id) => id),
      attention_mask: tensor(() => 1),
      token_type_ids: tensor(() => 0),
    };
    return Object.fromEntries(
      Object.entries(all).filter(([name]) => this.#session.inputNames.includes(name)),
    );
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

function requireInputs({ inputNames, inputMetadata }: Ort.InferenceSession): void {
  const others = inputNames.filter((name) => !INPUTS.includes(name));
  if (others.length > 0 || !inputNames.includes('input_ids'))
    throw new Error(`its inputs are ${inputNames.join(', ')}, and not ${INPUTS.join(', ')}`);
  const wrong = inputMetadata.find((input) => !input.isTensor || input.type !== 'int64');
  if (wrong !== undefined) throw new Error(`its input ${wrong.name} is not int64`);
}

/** The only output of tokens, or where the graph pools, of texts. */
function outputOf({ outputMetadata }: Ort.InferenceSession, pooling: Pooling): string {
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
