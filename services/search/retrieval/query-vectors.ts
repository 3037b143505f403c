import { InterleaveError } from '../../../core/errors.ts';
import { MAX_REMEMBERED_VECTORS } from '../limits.ts';

/** What search needs of the sentence encoder (`models/sentence-encoder.ts`), which the labeler uses as well. */
export interface TextEncoder {
  readonly generation: number;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/**
 * Turns words into the vector that the index is searched with. A vector belongs to the generation of its encoder; an
 * index of another one refuses it: `VECTOR_GENERATION_MISMATCH`. The last ones are remembered, by their words.
 */
export class QueryVectors {
  readonly #encoder: TextEncoder;
  readonly #remembered = new Map<string, Promise<number[]>>();

  constructor(encoder: TextEncoder) {
    this.#encoder = encoder;
  }

  get generation(): number {
    return this.#encoder.generation;
  }

  async vectorOf(words: string, indexGeneration: number): Promise<number[]> {
    if (indexGeneration !== this.#encoder.generation)
      throw new InterleaveError(
        'VECTOR_GENERATION_MISMATCH',
        `Query: ${this.#encoder.generation}, index: ${indexGeneration}.`,
      );
    const known = this.#remembered.get(words);
    const vector = known ?? this.#embed(words);
    this.#remembered.delete(words);
    this.#remembered.set(words, vector);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED_VECTORS && oldest !== undefined)
      this.#remembered.delete(oldest);
    return vector;
  }

  async #embed(words: string): Promise<number[]> {
    try {
      const [vector] = await this.#encoder.embed([words]);
      if (vector === undefined) throw new InterleaveError('TEXT_VECTOR_FAILED');
      return Array.from(vector);
    } catch (error) {
      this.#remembered.delete(words);
      throw error;
    }
  }
}
