import { MAX_REMEMBERED_INFLATED_BYTES, MAX_REMEMBERED_INFLATED_MS } from './limits.ts';

/** A deflated data set as far as it could be inflated. */
interface Inflated {
  chunks: readonly Buffer[];
  length: number;
  /** what broke off the inflating, met by who reads beyond */
  error: unknown;
}

/**
 * Deflated data sets, inflated once for all that is read of them: a viewer asks for frame after frame, and to find one
 * means to inflate all before it. One is inflated at a time; together they have so many bytes, and those that nobody reads
 * are let go after a while. Who reads holds only what it has read.
 */
export class InflatedObjects {
  readonly #known = new Map<string, Inflated>();
  readonly #maxBytes: number;
  readonly #idleMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(maxBytes = MAX_REMEMBERED_INFLATED_BYTES, idleMs = MAX_REMEMBERED_INFLATED_MS) {
    this.#maxBytes = maxBytes;
    this.#idleMs = idleMs;
  }

  /** The bytes that are held. */
  get bytes(): number {
    return [...this.#known.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** What lies between two places. Throws what `inflate` throws, where that stands between them or before. */
  async *read(
    key: string,
    inflate: () => AsyncIterable<Buffer>,
    from: number,
    to = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<Buffer> {
    const { chunks, length, error } = this.#known.get(key) ?? (await this.#inTurn(key, inflate));
    this.#used(key);
    let at = 0;
    for (const chunk of chunks) {
      if (at >= to) return;
      const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
      at += chunk.length;
      if (part.length > 0) yield part;
    }
    if (error !== null && length < to) throw error;
  }

  /** Lets go of everything. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#known.clear();
  }

  #inTurn(key: string, inflate: () => AsyncIterable<Buffer>): Promise<Inflated> {
    const turn = this.#last.then(async () => {
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      const inflated = await gather(inflate());
      this.#known.set(key, inflated);
      this.#forget();
      return inflated;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #used(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#known.delete(key);
    this.#known.set(key, known);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#known.clear(), this.#idleMs).unref();
  }

  /** The one that was read longest ago goes first; the newest stays. */
  #forget(): void {
    for (const key of this.#known.keys()) {
      if (this.bytes <= this.#maxBytes || this.#known.size === 1) return;
      this.#known.delete(key);
    }
  }
}

async function gather(parts: AsyncIterable<Buffer>): Promise<Inflated> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of parts) {
      chunks.push(part);
      length += part.length;
    }
    return { chunks, length, error: null };
  } catch (error) {
    return { chunks, length, error };
  }
}
