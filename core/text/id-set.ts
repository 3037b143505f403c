/** A set of numbers of the vocabulary that is looked into for every token: a list of bytes, not a hash table. */
export class IdSet {
  #bytes = new Uint8Array(64);

  constructor(ids: Iterable<number> = []) {
    for (const id of ids) this.add(id);
  }

  add(id: number): void {
    if (id >= this.#bytes.length) {
      const longer = new Uint8Array(Math.max(id + 1, this.#bytes.length * 2));
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[id] = 1;
  }

  has(id: number): boolean {
    return this.#bytes[id] === 1;
  }
}
