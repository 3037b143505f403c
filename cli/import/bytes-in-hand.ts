/** Lets as many bytes be in memory at a time as there is room for; more than that alone. Who asks first goes first. */
export class BytesInHand {
  readonly #most: number;
  #held = 0;
  readonly #waiting: { bytes: number; go(): void }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  async hold<T>(bytes: number, use: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#waiting.push({ bytes, go });
      this.#serve();
    });
    try {
      return await use();
    } finally {
      this.#held -= bytes;
      this.#serve();
    }
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#held > 0 && this.#held + next.bytes > this.#most) return;
      this.#waiting.shift();
      this.#held += next.bytes;
      next.go();
    }
  }
}
