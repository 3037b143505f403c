/** What a thread keeps open, by hash: where there are too many, the one that was used longest ago is closed. */
export class OpenBundles<T extends { dispose(): void | Promise<void> }> {
  readonly #max: number;
  /** the one that was used last at the end */
  readonly #open = new Map<string, T>();

  constructor(max: number) {
    this.#max = max;
  }

  get(hash: string): T | undefined {
    const one = this.#open.get(hash);
    if (one !== undefined) this.#put(hash, one);
    return one;
  }

  async add(hash: string, one: T): Promise<void> {
    this.#put(hash, one);
    const [oldest] = this.#open.keys();
    if (this.#open.size <= this.#max || oldest === undefined) return;
    const closed = this.#open.get(oldest);
    this.#open.delete(oldest);
    await closed?.dispose();
  }

  #put(hash: string, one: T): void {
    this.#open.delete(hash);
    this.#open.set(hash, one);
  }
}
