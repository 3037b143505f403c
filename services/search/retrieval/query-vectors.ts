import { InterleaveError } from '../../../core/errors.ts';
import { MAX_REMEMBERED_VECTORS } from '../limits.ts';
import type { TextEncoders } from './text-encoders.ts';

/**
 * Turns words into the vector that an index is searched with: that of the generation which the index holds. One that no
 * encoder makes is refused: `VECTOR_GENERATION_MISMATCH`. The last ones are remembered, by generation and words.
 */
export class QueryVectors {
  readonly #encoders: Pick<TextEncoders, 'embed'>;
  readonly #remembered = new Map<string, Promise<number[]>>();

  constructor(encoders: Pick<TextEncoders, 'embed'>) {
    this.#encoders = encoders;
  }

  async vectorOf(words: string, indexGeneration: number): Promise<number[]> {
    const key = `${indexGeneration} ${words}`;
    const known = this.#remembered.get(key);
    const vector = known ?? this.#embed(words, indexGeneration, key);
    this.#remembered.delete(key);
    this.#remembered.set(key, vector);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED_VECTORS && oldest !== undefined)
      this.#remembered.delete(oldest);
    return vector;
  }

  async #embed(words: string, generation: number, key: string): Promise<number[]> {
    try {
      const [vector] = await this.#encoders.embed(generation, [words]);
      if (vector === undefined) throw new InterleaveError('TEXT_VECTOR_FAILED');
      return Array.from(vector);
    } catch (error) {
      this.#remembered.delete(key);
      throw error;
    }
  }
}
