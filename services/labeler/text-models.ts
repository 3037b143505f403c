import { codeOf, InterleaveError } from '../../core/errors.ts';
import type { MissingModel, WantedModel } from '../../models/live-models.ts';
import type { OpenedTextBackend, OpenedTextBundle } from '../../models/text-encoder-thread.ts';
import type { TextEncoders } from '../../models/text-encoders.ts';

/** A text encoder that is loaded, and whose vectors are of this generation. */
export type LoadedTextModel = WantedModel & OpenedTextBundle;

/**
 * The text encoders that are live. Whoever encodes says with which of them: a poll takes the list once and keeps it to its end,
 * so that a change falls between two polls.
 */
export class TextModels {
  readonly #encoders: Pick<TextEncoders, 'open' | 'embed' | 'backend'>;
  #loaded: readonly LoadedTextModel[] = [];
  #missing: readonly MissingModel[] = [];

  constructor(encoders: Pick<TextEncoders, 'open' | 'embed' | 'backend'>) {
    this.#encoders = encoders;
  }

  get backend(): OpenedTextBackend {
    return this.#encoders.backend;
  }

  /** The oldest generation first. */
  get loaded(): readonly LoadedTextModel[] {
    return this.#loaded;
  }

  get missing(): readonly MissingModel[] {
    return this.#missing;
  }

  /**
   * Loads what is wanted, then takes it into use all at once. What cannot be loaded is `missing`, and the others are used
   * without it.
   * @throws InterleaveError TEXT_VECTOR_FAILED when the thread broke down, which passes
   */
  async load(wanted: readonly WantedModel[]): Promise<void> {
    const loaded: LoadedTextModel[] = [];
    const missing: MissingModel[] = [];
    for (const one of wanted)
      try {
        loaded.push({ ...one, ...(await this.#encoders.open(one.called)) });
      } catch (error) {
        if (codeOf(error) === 'TEXT_VECTOR_FAILED') throw error;
        missing.push({ ...one, ...told(error) });
      }
    this.#loaded = loaded;
    this.#missing = missing;
  }

  /**
   * One vector for each sentence, in order, within the time limit, be the thread there or started anew. A bundle that a new
   * thread cannot open again is used no more until it is loaded again.
   * @throws InterleaveError TEXT_VECTOR_FAILED, also when the time is up
   */
  async encode(
    { hash }: Pick<LoadedTextModel, 'hash'>,
    sentences: readonly string[],
    limitMs: number,
  ): Promise<Float32Array[]> {
    try {
      return await this.#encoders.embed(hash, sentences, limitMs);
    } catch (cause) {
      if (codeOf(cause) === 'TEXT_VECTOR_FAILED') throw cause;
      const lost = this.#loaded.filter((model) => model.hash === hash);
      this.#loaded = this.#loaded.filter((model) => model.hash !== hash);
      this.#missing = [
        ...this.#missing,
        ...lost.map(({ called, generation }) => ({ called, generation, ...told(cause) })),
      ];
      throw new InterleaveError('TEXT_VECTOR_FAILED', undefined, { cause });
    }
  }
}

function told(error: unknown): Pick<MissingModel, 'code' | 'reason'> {
  return { code: codeOf(error), reason: error instanceof Error ? error.message : String(error) };
}
