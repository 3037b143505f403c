import { type SimulatedCase, simulateCase } from '../../simulator/case.ts';
import type { ChestSpec } from '../../simulator/phantom/chest-spec.ts';
import { drawChest, type Phantom } from '../../simulator/phantom/phantom.ts';

const SEED = 11;
/** Radiographs of each view that are drawn; drawing one takes a quarter of a second. */
const DRAWN = 24;

/**
 * Cases of the simulated department, one after the other, for loads of hundreds: the first radiographs of each view are drawn and
 * the others are these, moved sideways and a little brighter or darker, so that no two have the same bytes or the same vector.
 */
export class BenchCases {
  #next: number;
  readonly #drawn = new Map<string, Phantom[]>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void, first = 1) {
    this.#say = say;
    this.#next = first;
  }

  take(count: number): SimulatedCase[] {
    this.#say(`drawing ${count} cases …`);
    return Array.from({ length: count }, () => this.next());
  }

  next(): SimulatedCase {
    const number = this.#next++;
    return simulateCase(SEED, number, (spec) => this.#draw(spec, number));
  }

  #draw(spec: ChestSpec, number: number): Phantom {
    const drawn = this.#drawn.get(spec.view) ?? [];
    if (drawn.length < DRAWN) {
      const phantom = drawChest(spec);
      this.#drawn.set(spec.view, [...drawn, phantom]);
      return phantom;
    }
    return moved(drawn[number % DRAWN] as Phantom, number);
  }
}

function moved(phantom: Phantom, number: number): Phantom {
  const { rows, columns, bitsStored, pixels } = phantom;
  const by = (number * 7) % columns;
  const brighter = (number % 41) - 20;
  const most = 2 ** bitsStored - 1;
  const other = new Uint16Array(pixels.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = pixels[row * columns + ((column + by) % columns)] as number;
      other[row * columns + column] = Math.min(most, Math.max(0, value + brighter));
    }
  return { ...phantom, pixels: other };
}
