/**
 * An input that goes on later than it was committed was fetched before the partition was taken: the partition is taken
 * again, which seeks. Where the same gap comes a second time, the records between are really gone (expired, or control
 * records), and it is accepted.
 */
export class GapMemory {
  readonly #seen = new Map<string, number>();

  accept(topic: string, partition: number, from: number): boolean {
    const key = `${topic}/${partition}`;
    if (this.#seen.get(key) === from) return true;
    this.#seen.set(key, from);
    return false;
  }
}
