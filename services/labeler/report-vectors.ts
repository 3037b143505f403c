import type { Vector } from '../../core/radiology/events.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import { ENCODER_BATCH, MAX_REMEMBERED_SENTENCES, MAX_VECTOR_WAIT_MS } from './limits.ts';
import type { LoadedTextModel, TextModels } from './text-models.ts';

export interface VectorLimits {
  waitMs: number;
  remembered: number;
}

const LIMITS: VectorLimits = { waitMs: MAX_VECTOR_WAIT_MS, remembered: MAX_REMEMBERED_SENTENCES };

/** The vectors of one report. */
export interface EncodedReport {
  /** one of each model, in their order; none where its sentences have no direction, or there are none */
  vectors: Vector[];
  /** a model failed, or was not done in time */
  failed: boolean;
}

/** A report that no model was asked for. */
export const NOT_ENCODED: EncodedReport = { vectors: [], failed: false };

/**
 * The vectors of reports: the mean direction of their sentences (`sentencesToEncode`). The encoder that comes with us was
 * trained on sentences; on real chest reports the mean of those with findings found reports of the same finding about twice
 * as often as one vector of the whole text. Sentences that came before are remembered: reports repeat themselves.
 */
export class ReportVectors {
  readonly #models: Pick<TextModels, 'encode'>;
  readonly #limits: VectorLimits;
  /** by the hash of the bundle and the sentence */
  readonly #remembered = new Map<string, Float32Array>();

  constructor(models: Pick<TextModels, 'encode'>, limits: Partial<VectorLimits> = {}) {
    this.#models = models;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * The vectors of each report by each of these models, in order. Never rejects, and resolves within the time limit.
   */
  async vectorsOf(
    reports: readonly (readonly string[])[],
    models: readonly LoadedTextModel[],
  ): Promise<EncodedReport[]> {
    const end = Date.now() + this.#limits.waitMs;
    const encoded = reports.map((): EncodedReport => ({ vectors: [], failed: false }));
    for (const model of models) {
      const known = await this.#encoded(reports.flat(), model, end);
      for (const [i, sentences] of reports.entries()) {
        const report = encoded[i];
        if (report === undefined) continue;
        const vector = meanOf(sentences, known, model);
        if (vector === undefined) report.failed = true;
        else if (vector !== null) report.vectors.push(vector);
      }
    }
    return encoded;
  }

  /** The vectors of these sentences as far as there is time. */
  async #encoded(
    sentences: readonly string[],
    model: LoadedTextModel,
    end: number,
  ): Promise<Map<string, Float32Array>> {
    const known = new Map<string, Float32Array>();
    const missing = new Set<string>();
    for (const sentence of sentences) {
      const vector = this.#recall(keyOf(model, sentence));
      if (vector === undefined) missing.add(sentence);
      else known.set(sentence, vector);
    }
    const waiting = [...missing];
    for (let from = 0; from < waiting.length && Date.now() < end; from += ENCODER_BATCH) {
      const batch = waiting.slice(from, from + ENCODER_BATCH);
      const vectors = await this.#encode(model, batch, end - Date.now());
      for (const [index, sentence] of batch.entries()) {
        const vector = vectors[index];
        if (vector === undefined) continue;
        known.set(sentence, vector);
        this.#remember(keyOf(model, sentence), vector);
      }
    }
    return known;
  }

  async #encode(model: LoadedTextModel, sentences: string[], limitMs: number): Promise<Float32Array[]> {
    try {
      return await this.#models.encode(model, sentences, limitMs);
    } catch {
      return [];
    }
  }

  #recall(key: string): Float32Array | undefined {
    const vector = this.#remembered.get(key);
    if (vector !== undefined) this.#remember(key, vector);
    return vector;
  }

  #remember(key: string, vector: Float32Array): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, vector);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > this.#limits.remembered && oldest !== undefined)
      this.#remembered.delete(oldest);
  }
}

function keyOf({ hash }: LoadedTextModel, sentence: string): string {
  return `${hash} ${sentence}`;
}

/** Undefined where a sentence has no vector; null where they have no direction. */
function meanOf(
  sentences: readonly string[],
  known: ReadonlyMap<string, Float32Array>,
  { generation, hash, dims }: LoadedTextModel,
): Vector | null | undefined {
  const vectors = sentences.map((sentence) => known.get(sentence)).filter((vector) => vector !== undefined);
  if (vectors.length < sentences.length) return undefined;
  const mean = meanDirection(vectors, dims);
  return mean === null ? null : { generation, model: hash, dims, data: toFloat16(mean) };
}

/** The sum of vectors at length 1; null where there is none or it has no direction. */
export function meanDirection(vectors: readonly Float32Array[], dims: number): Float32Array | null {
  const sum = new Float32Array(dims);
  for (const vector of vectors) {
    for (let i = 0; i < dims; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  }
  const length = Math.hypot(...sum);
  return Number.isFinite(length) && length > 1e-6 ? sum.map((value) => value / length) : null;
}
