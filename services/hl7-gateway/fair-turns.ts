/** One of the places that `FairTurns` gives, until it is left. */
export interface ReaderSlot {
  number: number;
  leave: () => void;
}

interface Waiting {
  owner: string;
  weight: number;
  enter: (place: ReaderSlot) => void;
}

/**
 * A few places for many owners: each has one at a time, and the one who comes next is the owner whose last turn is the
 * longest ago. One who takes long, again and again, holds up itself and not the others.
 */
export class FairTurns {
  readonly #free: number[];
  readonly #maxWeight: number;
  readonly #inside = new Set<string>();
  /** by owner, the one who is next first */
  readonly #waiting = new Map<string, Waiting[]>();

  /** Those of one owner that wait have this weight together at most, unless it is only one. */
  constructor(places: number, maxWeight: number) {
    this.#maxWeight = maxWeight;
    this.#free = Array.from({ length: places }, (_, number) => number);
  }

  /** A place, or null when none was to be had within `waitMs`, at once where too many of the owner wait already. */
  async take(owner: string, waitMs: number, weight = 1): Promise<ReaderSlot | null> {
    const waiting = this.#waiting.get(owner) ?? [];
    const before = waiting.reduce((sum, one) => sum + one.weight, 0);
    if (waiting.length > 0 && before + weight > this.#maxWeight) return null;
    return new Promise((resolve) => {
      const waiting: Waiting = {
        owner,
        weight,
        enter: (place) => {
          clearTimeout(timer);
          resolve(place);
        },
      };
      const timer = setTimeout(() => {
        this.#forget(waiting);
        resolve(null);
      }, waitMs);
      const own = this.#waiting.get(owner);
      if (own === undefined) this.#waiting.set(owner, [waiting]);
      else own.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (const [owner, line] of [...this.#waiting]) {
      if (this.#free.length === 0) return;
      const next = this.#inside.has(owner) ? undefined : line.shift();
      if (next === undefined) continue;
      this.#waiting.delete(owner);
      if (line.length > 0) this.#waiting.set(owner, line);
      this.#enter(next);
    }
  }

  #enter({ owner, enter }: Waiting): void {
    const number = this.#free.shift() ?? 0;
    this.#inside.add(owner);
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#inside.delete(owner);
      this.#free.push(number);
      this.#admit();
    };
    enter({ number, leave });
  }

  #forget(waiting: Waiting): void {
    const line = (this.#waiting.get(waiting.owner) ?? []).filter((other) => other !== waiting);
    if (line.length === 0) this.#waiting.delete(waiting.owner);
    else this.#waiting.set(waiting.owner, line);
  }
}
