/** One deadline that is moved again and again, as bytes come: moving it costs next to nothing. */
export class Deadline {
  readonly #expire: () => void;
  #timer: NodeJS.Timeout | null = null;
  #milliseconds = 0;

  constructor(expire: () => void) {
    this.#expire = expire;
  }

  /** From now on; whatever stood before is forgotten. */
  in(milliseconds: number): void {
    if (this.#timer !== null && this.#milliseconds === milliseconds) {
      this.#timer.refresh();
      return;
    }
    this.cancel();
    this.#milliseconds = milliseconds;
    this.#timer = setTimeout(() => this.#expire(), milliseconds);
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
