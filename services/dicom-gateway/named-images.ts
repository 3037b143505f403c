/**
 * What the gateway remembers so that selections and images find each other whichever comes first, and how many images of
 * a series came. Bounded, in memory, the oldest forgotten first: after a restart, or behind several gateways, a selection
 * names only images that come later. (They are stored all the same; embedding them then is a matter of replay.)
 */
import type { ImageReceived } from '../../core/radiology/events.ts';
import { MAX_REMEMBERED_IMAGES, MAX_REMEMBERED_NAMES, MAX_REMEMBERED_SERIES } from './limits.ts';

export class NamedImages {
  readonly #names = new Oldest<true>(MAX_REMEMBERED_NAMES);
  readonly #waiting = new Oldest<ImageReceived[]>(MAX_REMEMBERED_IMAGES);
  readonly #series = new Oldest<Set<string>>(MAX_REMEMBERED_SERIES);

  isNamed(sopInstanceUid: string): boolean {
    return this.#names.has(sopInstanceUid);
  }

  /** Counts different images of a series as far as `maximum`; beyond it the answer is `maximum + 1`. */
  placeInSeries(seriesInstanceUid: string, sopInstanceUid: string, maximum: number): number {
    if (maximum === 0) return 1;
    const images = this.#series.get(seriesInstanceUid) ?? new Set<string>();
    if (!images.has(sopInstanceUid) && images.size >= maximum) return maximum + 1;
    images.add(sopInstanceUid);
    this.#series.set(seriesInstanceUid, images);
    return [...images].indexOf(sopInstanceUid) + 1;
  }

  /** Keeps the events of an image that nothing has named yet. */
  remember(events: readonly ImageReceived[]): void {
    const [first] = events;
    if (first !== undefined) this.#waiting.set(first.sopInstanceUid, [...events]);
  }

  /** These are named now. Returns the events of those that came before, to be sent again as key images. */
  name(sopInstanceUids: readonly string[]): ImageReceived[] {
    return sopInstanceUids.flatMap((uid) => {
      this.#names.set(uid, true);
      const events = this.#waiting.get(uid) ?? [];
      return events.map((event): ImageReceived => ({ ...event, keyImage: 'NAMED' }));
    });
  }

  /** They have been sent as key images. */
  forget(events: readonly ImageReceived[]): void {
    for (const event of events) this.#waiting.delete(event.sopInstanceUid);
  }
}

/** A map that forgets its oldest entry when it is full. */
class Oldest<V> {
  readonly #entries = new Map<string, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
