/**
 * Where in the body a finding is: the nearest laterality and location of its clause. Of two at the same distance the one
 * before the finding counts ("left pleural effusion"). A general location gives way to a place that the finding is said
 * to be at: "lung nodule in the right lower lobe", "perihilar pulmonary edema".
 */
import type { Finding } from '../radiology/events.ts';
import type { TokenRange } from './cues.ts';
import type { Lexicon, Place } from './lexicon.ts';
import { MAX_LOCATION_DISTANCE } from './limits.ts';
import type { Match } from './phrase-automaton.ts';
import type { Tokens } from './tokens.ts';

export interface Located {
  laterality: Finding['laterality'];
  location: string;
}

/** words between a preposition and the place at most: "in the posterior right lower lobe" */
const MAX_BEFORE_PLACE = 4;
/** words between a place and the finding that it describes at most: "right lower lobe 5 mm lung nodule" */
const MAX_BEFORE_FINDING = 2;

/** Finds the places of a sentence's findings. */
export class Locator {
  readonly #tokens: Tokens;
  readonly #words: Pick<Lexicon, 'placePrepositions' | 'clauseWords'>;
  readonly #places: readonly Match<Place>[];

  /** @param places the places named in the sentence, in order */
  constructor(
    tokens: Tokens,
    words: Pick<Lexicon, 'placePrepositions' | 'clauseWords'>,
    places: readonly Match<Place>[],
  ) {
    this.#tokens = tokens;
    this.#words = words;
    this.#places = places;
  }

  /**
   * @param clause tokens between which places are looked for
   * @param alone tokens between the findings on either side: places elsewhere may be theirs
   */
  locate(mention: TokenRange, clause: TokenRange, alone: TokenRange): Located {
    const laterality = new Nearest<Finding['laterality']>('');
    const location = new Nearest<{ name: string; general: boolean }>({ name: '', general: false });
    const said = new Nearest<string>('');
    for (const place of this.#around(mention)) {
      if (place.first < clause.first || place.last > clause.last) continue;
      const away = Math.max(0, mention.first - place.last, place.first - mention.last);
      for (const value of place.values) {
        if ('laterality' in value) laterality.offer(value.laterality, away);
        else {
          location.offer({ name: value.location, general: value.general }, away);
          if (!value.general && this.#isSaidOf(mention, place, alone)) said.offer(value.location, away);
        }
      }
    }
    const { name, general } = location.value;
    return { laterality: laterality.value, location: (general && said.value) || name };
  }

  /** The places within `MAX_LOCATION_DISTANCE` words of the mention. */
  #around(mention: TokenRange): readonly Match<Place>[] {
    const places = this.#places;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((places[middle]?.last ?? 0) < mention.first - MAX_LOCATION_DISTANCE) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while ((places[end]?.first ?? Number.POSITIVE_INFINITY) <= mention.last + MAX_LOCATION_DISTANCE) end++;
    return places.slice(low, end);
  }

  /** Is it a place of this finding: among its words, right before them, or behind them and a preposition? */
  #isSaidOf(mention: TokenRange, place: TokenRange, alone: TokenRange): boolean {
    if (place.first < alone.first || place.last > alone.last) return false;
    const { placePrepositions: prepositions, clauseWords } = this.#words;
    const { verbs, joiners, or, deniers } = clauseWords;
    if (place.last <= mention.first) {
      const near = mention.first - place.last <= MAX_BEFORE_FINDING;
      return near && this.#haveNone(place.last, mention.first, [verbs, joiners, or, deniers, prepositions]);
    }
    if (place.first < mention.last) return true;
    if (!this.#haveNone(mention.last, place.first, [joiners, or])) return false;
    const preposition = Math.max(mention.last, place.first - 1 - MAX_BEFORE_PLACE);
    return !this.#haveNone(preposition, place.first, [prepositions]);
  }

  /** Is there no word of any set among these tokens? */
  #haveNone(first: number, last: number, sets: readonly ReadonlySet<number>[]): boolean {
    for (let at = first; at < last; at++) {
      const id = this.#tokens.id(at);
      if (sets.some((set) => set.has(id))) return false;
    }
    return true;
  }
}

/** The nearest of the values that are offered; of two at the same distance the first. */
class Nearest<T> {
  value: T;
  #away = Number.POSITIVE_INFINITY;

  constructor(none: T) {
    this.value = none;
  }

  offer(value: T, away: number): void {
    if (away >= this.#away) return;
    this.#away = away;
    this.value = value;
  }
}
