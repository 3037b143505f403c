import { codeOf, type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import { MODEL_RETRY_MS } from '../../../models/limits.ts';
import type { TextFloors } from '../../../models/manifest.ts';
import { SENTENCE_BUNDLE } from '../../../models/packaged-bundles.ts';
import { SENTENCE_VECTOR } from '../../../models/sentence-encoder.ts';
import type { SpaceOfTwo } from '../../../models/shared-space.ts';
import type { TextEncoders } from '../../../models/text-encoders.ts';
import type { VectorGeneration } from '../../../schemas/index/vector-generations.ts';
import {
  MAX_EMBED_WAIT_MS,
  MAX_REMEMBERED_VECTORS,
  MIN_SIMILAR_TEXT,
  MIN_TEXT_SIMILARITY,
} from '../limits.ts';

/** The vectors of images that an index holds. */
export type ImageGeneration = Pick<VectorGeneration, 'bundle'>;

/**
 * Whether the words of a search are compared with images: only where the index holds vectors of both encoders of a space.
 * `OTHER_IMAGE_ENCODER`: its text encoder has a space, and its images are of another encoder.
 */
export interface PicturesByWords {
  state: 'COMPARED' | 'OTHER_IMAGE_ENCODER' | 'NO_SHARED_SPACE';
  /** cosine below which words and an image are not near; null where they are not compared */
  floor: number | null;
}

/** The text vectors that an index holds. */
export type TextGeneration = Pick<VectorGeneration, 'generation' | 'bundle' | 'dims'>;

export interface QueryVectorOptions {
  /** told each time that words could not be embedded; a bundle that cannot be opened, once for each try */
  failed?(code: ErrorCode, text: TextGeneration): void;
  /** what the manifest of a bundle states, by its hash; null where that is not known */
  floors?(hash: string): Promise<TextFloors | null>;
  /** the space of two bundles by their hashes, as their manifests state it */
  space?(bundles: { text: string; image: string }): Promise<SpaceOfTwo>;
  retryMs?: number;
}

/**
 * Turns words into the vector that an index is searched with: by the encoder of the bundle that its text vectors are of, which
 * is opened where it is first asked for. The last vectors are remembered, by bundle and words. A bundle that cannot be opened is
 * not tried again at once.
 */
export class QueryVectors {
  readonly #encoders: Pick<TextEncoders, 'embed'>;
  readonly #options: QueryVectorOptions;
  readonly #remembered = new Map<string, Promise<number[]>>();
  /** of the bundle that was asked for last, and until when that counts */
  #floors: { hash: string; floors: TextFloors; until: number } | null = null;
  #pictures: { key: string; pictures: PicturesByWords; until: number } | null = null;
  /** the bundle that could not be opened last, and until when that counts */
  #unavailable: { hash: string; error: unknown; until: number } | null = null;

  constructor(encoders: Pick<TextEncoders, 'embed'>, options: QueryVectorOptions = {}) {
    this.#encoders = encoders;
    this.#options = options;
  }

  /**
   * @throws InterleaveError VECTOR_GENERATION_MISMATCH where the bundle is not known or gives other vectors; MODEL_MISSING and
   * the like where it cannot be opened here; TEXT_VECTOR_FAILED, which passes
   */
  async vectorOf(words: string, text: TextGeneration): Promise<number[]> {
    const key = `${bundleOf(text)} ${words}`;
    const known = this.#remembered.get(key);
    const vector = known ?? this.#embed(words, text, key);
    this.#remembered.delete(key);
    this.#remembered.set(key, vector);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED_VECTORS && oldest !== undefined)
      this.#remembered.delete(oldest);
    return vector;
  }

  /** Whether words can be embedded for such an index at present; opens its bundle. */
  async canEmbed(text: TextGeneration): Promise<boolean> {
    return this.vectorOf('chest', text).then(
      () => true,
      () => false,
    );
  }

  /** Below which cosine two texts are not near: as the manifest of the bundle states it, or as it is for the encoder that comes with us. */
  async floorsOf(text: TextGeneration): Promise<TextFloors> {
    const hash = bundleOf(text);
    if (this.#floors?.hash === hash && Date.now() < this.#floors.until) return this.#floors.floors;
    const { floors, retryMs = MODEL_RETRY_MS } = this.#options;
    const stated = await floors?.(hash);
    this.#floors = { hash, floors: stated ?? FLOORS, until: Date.now() + retryMs };
    return this.#floors.floors;
  }

  /** Whether words are compared with the images of such an index, as the manifests of both bundles state it. */
  async picturesOf({
    text,
    image,
  }: {
    text: TextGeneration;
    image: ImageGeneration;
  }): Promise<PicturesByWords> {
    const bundles = { text: bundleOf(text), image: image.bundle };
    const key = `${bundles.text} ${bundles.image}`;
    if (this.#pictures?.key === key && Date.now() < this.#pictures.until) return this.#pictures.pictures;
    const { space, retryMs = MODEL_RETRY_MS } = this.#options;
    const pictures = stateOf((await space?.(bundles)) ?? null);
    this.#pictures = { key, pictures, until: Date.now() + retryMs };
    return pictures;
  }

  async #embed(words: string, text: TextGeneration, key: string): Promise<number[]> {
    try {
      return Array.from(await this.#ask(words, text));
    } catch (error) {
      this.#remembered.delete(key);
      throw error;
    }
  }

  async #ask(words: string, text: TextGeneration): Promise<Float32Array> {
    const hash = bundleOf(text);
    const unavailable = this.#unavailable;
    if (unavailable?.hash === hash && Date.now() < unavailable.until) throw unavailable.error;
    const { failed, retryMs = MODEL_RETRY_MS } = this.#options;
    try {
      const [vector] = hash === '' ? [] : await this.#encoders.embed(hash, [words], MAX_EMBED_WAIT_MS);
      if (vector?.length !== text.dims)
        throw new InterleaveError('VECTOR_GENERATION_MISMATCH', `Index: ${text.generation}.`);
      return vector;
    } catch (error) {
      if (codeOf(error) !== 'TEXT_VECTOR_FAILED')
        this.#unavailable = { hash, error, until: Date.now() + retryMs };
      failed?.(codeOf(error), text);
      throw error;
    }
  }
}

function stateOf(found: SpaceOfTwo | null): PicturesByWords {
  if (found === null || found.space === null) return { state: 'NO_SHARED_SPACE', floor: null };
  if (!found.isShared) return { state: 'OTHER_IMAGE_ENCODER', floor: null };
  return { state: 'COMPARED', floor: found.space.floor };
}

/** Of the encoder that comes with us. */
const FLOORS: TextFloors = { words: MIN_TEXT_SIMILARITY, reports: MIN_SIMILAR_TEXT };

/**
 * The first generation is always that of the encoder that comes with us: indices that were made before name no bundle, or its
 * manifest as it once was. '' where an index names none.
 */
function bundleOf({ generation, bundle }: TextGeneration): string {
  return generation === SENTENCE_VECTOR.generation ? SENTENCE_BUNDLE.hash : bundle;
}
