import type { Vector } from '../../core/radiology/events.ts';
import { toFloat16 } from '../../core/vector/float16.ts';
import type { SentenceEncoder } from './encoder.ts';
import { ENCODER_BATCH, MAX_REMEMBERED_SENTENCES, MAX_VECTOR_WAIT_MS } from './limits.ts';

export interface VectorLimits {
  waitMs: number;
  remembered: number;
}

const LIMITS: VectorLimits = { waitMs: MAX_VECTOR_WAIT_MS, remembered: MAX_REMEMBERED_SENTENCES };

/**
 * The vectors of reports: the mean direction of their sentences (`sentencesToEncode`). The encoder was trained on
 * sentences; on real chest reports the mean of those with findings found reports of the same finding about twice as
 * often as one vector of the whole text. Sentences that came before are remembered: reports repeat themselves.
 */
export class ReportVectors {
  readonly #encoder: SentenceEncoder;
  readonly #limits: VectorLimits;
  readonly #remembered = new Map<string, Float32Array>();

  constructor(encoder: SentenceEncoder, limits: Partial<VectorLimits> = {}) {
    this.#encoder = encoder;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * One vector for each report, in order: null where the encoder failed or was not done in time. A report without
   * sentences gets none either. Never rejects, and resolves within the time limit.
   */
  async vectorsOf(reports: readonly (readonly string[])[]): Promise<(Vector | null)[]> {
    const end = Date.now() + this.#limits.waitMs;
    const known = new Map<string, Float32Array>();
    const missing = new Set<string>();
    for (const sentence of reports.flat()) {
      const vector = this.#recall(sentence);
      if (vector === undefined) missing.add(sentence);
      else known.set(sentence, vector);
    }
    const waiting = [...missing];
    for (let from = 0; from < waiting.length && Date.now() < end; from += ENCODER_BATCH) {
      const batch = waiting.slice(from, from + ENCODER_BATCH);
      const vectors = await this.#encode(batch, end - Date.now());
      for (const [index, sentence] of batch.entries()) {
        const vector = vectors[index];
        if (vector === undefined) continue;
        known.set(sentence, vector);
        this.#remember(sentence, vector);
      }
    }
    return reports.map((sentences) => this.#meanOf(sentences, known));
  }

  async #encode(sentences: string[], limitMs: number): Promise<Float32Array[]> {
    try {
      return await this.#encoder.encode(sentences, limitMs);
    } catch {
      return [];
    }
  }

  #meanOf(sentences: readonly string[], known: ReadonlyMap<string, Float32Array>): Vector | null {
    const vectors = sentences.map((sentence) => known.get(sentence)).filter((vector) => vector !== undefined);
    if (vectors.length < sentences.length) return null;
    const { generation, hash, dims } = this.#encoder.about;
    const mean = meanDirection(vectors, dims);
    return mean === null ? null : { generation, model: hash, dims, data: toFloat16(mean) };
  }

  #recall(sentence: string): Float32Array | undefined {
    const vector = this.#remembered.get(sentence);
    if (vector !== undefined) this.#remember(sentence, vector);
    return vector;
  }

  #remember(sentence: string, vector: Float32Array): void {
    this.#remembered.delete(sentence);
    this.#remembered.set(sentence, vector);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > this.#limits.remembered && oldest !== undefined)
      this.#remembered.delete(oldest);
  }
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
