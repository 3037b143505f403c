import type { ImportOutcome } from './import-source.ts';
import { MAX_CODES_NAMED, MAX_ITEMS_NAMED } from './limits.ts';

export interface Refused {
  code: string;
  count: number;
  /** the first ones */
  items: string[];
}

/** What became of an archive, in bounded memory: counts, and the first items of each code. */
export class Tally {
  readonly accepted = { report: 0, image: 0 };
  passedOver = 0;
  readonly #refused = new Map<string, Refused>();

  add({ item, kind, accepted, code }: ImportOutcome): void {
    if (accepted) this.accepted[kind] += 1;
    else this.refuse(code, item);
  }

  refuse(code: string, item: string): void {
    const known = this.#refused.get(code) ?? this.#room(code);
    known.count += 1;
    if (known.items.length < MAX_ITEMS_NAMED) known.items.push(item);
  }

  /** The most frequent first. */
  get refused(): Refused[] {
    return [...this.#refused.values()].sort((a, b) => b.count - a.count);
  }

  #room(code: string): Refused {
    const name = this.#refused.size < MAX_CODES_NAMED ? code : 'OTHER';
    const entry = this.#refused.get(name) ?? { code: name, count: 0, items: [] };
    this.#refused.set(name, entry);
    return entry;
  }
}
