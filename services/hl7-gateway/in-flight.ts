/** Counts the bytes of all messages that wait for their answer or are still being kept, and wakes who stopped reading because of them. */
export class InFlight {
  readonly #maxBytes: number;
  readonly #sleeping = new Set<() => void>();
  bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get full(): boolean {
    return this.bytes >= this.#maxBytes;
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }

  remove(bytes: number): void {
    this.bytes -= bytes;
    if (this.full) return;
    const woken = [...this.#sleeping];
    this.#sleeping.clear();
    for (const wake of woken) wake();
  }

  whenFree(wake: () => void): void {
    this.#sleeping.add(wake);
  }

  forget(wake: () => void): void {
    this.#sleeping.delete(wake);
  }
}
