/**
 * Computes in batches what several callers ask for one by one: what is asked while one batch is under way goes into the
 * next together. Who asks first is served first; nothing waits for a batch to fill.
 */
export class Batches<Item, Result> {
  readonly #compute: (items: Item[]) => Promise<Result[]>;
  readonly #maxItems: number;
  #waiting: Waiting<Item, Result>[] = [];
  #running = false;

  /** `compute` gives one result for each of at most `maxItems` items, in order. */
  constructor(compute: (items: Item[]) => Promise<Result[]>, maxItems: number) {
    this.#compute = compute;
    this.#maxItems = maxItems;
  }

  /** Rejects with what the computation of its batch threw. */
  ask(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#maxItems);
      try {
        const results = await this.#compute(batch.map(({ item }) => item));
        if (results.length !== batch.length) throw new RangeError('A batch needs one result for each item.');
        for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = false;
  }
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}
