/**
 * Lets work that started in order and took different times pass one point in that order: messages of one connection
 * are stored side by side, but go to Kafka as they came.
 */
export class Turnstile {
  #last: Promise<void> = Promise.resolve();

  /** Takes the next place. `mine` resolves when all before have passed; `pass` may be called more than once. */
  next(): Turn {
    const mine = this.#last;
    let pass: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => {
      pass = resolve;
    });
    this.#last = mine.then(() => passed);
    return { mine, pass };
  }
}

export interface Turn {
  mine: Promise<void>;
  pass: () => void;
}
