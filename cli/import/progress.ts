import { RATE_WINDOW_MS } from './limits.ts';
import type { Waiting } from './turns.ts';

const BAR_WIDTH = 24;

/** How far an import is: what its line on a terminal shows. */
export class Progress {
  /** how many units there will be, null where nobody knows; `isWhole` when all were counted */
  total: { units: number; isWhole: boolean } | null = null;
  /** units that an earlier import had brought */
  known = 0;
  /** messages and objects that were answered, be it that some of them come again */
  items = 0;
  /** units that were brought or left */
  units = 0;
  /** of the last minute, the oldest first */
  readonly #samples: { at: number; items: number; units: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#samples.push({ at: now(), items: 0, units: 0 });
  }

  /** One line: bar, units, rate, time left, and what is waited for. */
  line(waiting: Waiting): string {
    const { itemsPerS, unitsPerS } = this.#rates();
    const seen = this.known + this.units;
    const parts = [`${this.#bar(seen)}${this.items} sent`, `${itemsPerS.toFixed(1)} per second`];
    if (this.known > 0) parts.push(`${this.known} done before`);
    if (this.total?.isWhole === true && unitsPerS > 0)
      parts.push(`${duration((this.total.units - seen) / unitsPerS)} left`);
    if (waiting !== null) parts.push(inWords(waiting));
    return parts.join(', ');
  }

  #bar(seen: number): string {
    if (this.total === null) return `${seen} done · `;
    const { units, isWhole } = this.total;
    const all = Math.max(units, seen);
    if (!isWhole) return `${seen} of ${all} or more · `;
    const share = all === 0 ? 1 : seen / all;
    const full = Math.floor(share * BAR_WIDTH);
    return `[${'█'.repeat(full)}${'·'.repeat(BAR_WIDTH - full)}] ${Math.floor(share * 100)} % of ${all} · `;
  }

  #rates(): { itemsPerS: number; unitsPerS: number } {
    const now = { at: this.#now(), items: this.items, units: this.units };
    this.#samples.push(now);
    while ((this.#samples[1]?.at ?? now.at) < now.at - RATE_WINDOW_MS) this.#samples.shift();
    const then = this.#samples[0] ?? now;
    const seconds = (now.at - then.at) / 1000;
    if (seconds <= 0) return { itemsPerS: 0, unitsPerS: 0 };
    return { itemsPerS: (now.items - then.items) / seconds, unitsPerS: (now.units - then.units) / seconds };
  }
}

export function inWords(waiting: NonNullable<Waiting>): string {
  return waiting.why === 'LAG'
    ? `waiting for the live feed (lag ${waiting.lag})`
    : `waiting until the lag is known${waiting.code === '' ? '' : ` (${waiting.code})`}`;
}

/** `2 h 05 min`, `3 min 20 s`, `7 s` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(whole % 60).padStart(2, '0')} s` : `${whole} s`;
}
