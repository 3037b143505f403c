/**
 * What is said of a finding besides whether it is there: side, place, change, severity, number and size. The nearest
 * word of its kind in the finding's clause counts; of two at the same distance the one before it ("left pleural
 * effusion"). What stands beside another finding is the other one's.
 */

import type { Lexicon, Modifier } from './lexicon.ts';
import { MAX_LOCATION_DISTANCE } from './limits.ts';
import type { Described } from './nearest-modifiers.ts';
import { attribute, NearestModifiers } from './nearest-modifiers.ts';
import type { Match } from './phrase-automaton.ts';
import type { Size } from './sizes.ts';
import { distance, firstWithin } from './token-ranges.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

/** A mention and the tokens around it that may speak of it. */
export interface Surroundings {
  mention: TokenRange;
  /** the statement that it stands in: where places are looked for */
  statement: TokenRange;
  /** the clause, which ends at "but" too */
  clause: TokenRange;
  /** between the mentions on either side */
  alone: TokenRange;
  /** states normality: what stands beside what it excepts is not about it */
  normal: boolean;
}

/** words between a preposition and the place at most: "in the posterior right lower lobe" */
const MAX_BEFORE_PLACE = 4;
/** words between a place and the finding that it describes at most: "right lower lobe 5 mm lung nodule" */
const MAX_BEFORE_FINDING = 2;
/** words between a place and the finding whose noun phrase it belongs to at most: "right moderate foraminal narrowing" */
const MAX_IN_PHRASE = 3;
/** words between an adjective and its finding at most: "new, slightly larger left pleural effusion" */
const MAX_BEFORE = 5;
/** words between a finding and what is said of it behind it: "the effusion in the right base is small" */
const MAX_AFTER = 8;

const COMMA = punctuationId(',');

/** Describes the findings of one sentence. */
export class Describer {
  readonly #tokens: Tokens;
  readonly #lexicon: Lexicon;
  readonly #modifiers: readonly Match<Modifier>[];
  readonly #sizes: readonly Size[];
  readonly #mentions: readonly TokenRange[];

  /** @param modifiers, sizes, mentions those of the sentence, in order */
  constructor(
    tokens: Tokens,
    lexicon: Lexicon,
    modifiers: readonly Match<Modifier>[],
    sizes: readonly Size[],
    mentions: readonly TokenRange[],
  ) {
    this.#tokens = tokens;
    this.#lexicon = lexicon;
    this.#modifiers = modifiers;
    this.#sizes = sizes;
    this.#mentions = mentions;
  }

  describe(around: Surroundings): Described {
    const nearest = new NearestModifiers();
    const { mention, statement } = around;
    const modifiers = this.#modifiers;
    const reach = mention.last + MAX_LOCATION_DISTANCE;
    for (let index = firstWithin(modifiers, mention.first - MAX_LOCATION_DISTANCE); ; index++) {
      const place = modifiers[index];
      if (place === undefined || place.first > reach) break;
      if (place.first < statement.first || place.last > statement.last) continue;
      const away = distance(place, mention);
      for (const modifier of place.values)
        if (this.#speaksOf(modifier, place, around)) nearest.offer(modifier, place, away);
    }
    const location = nearest.take('LOCATION');
    if (location?.modifier.general === true) this.#replaceGeneral(nearest, around);
    const described = nearest.described(this.#tokens);
    this.#addSize(described, around);
    if (described.quantity === '') this.#addNumber(described, mention);
    return described;
  }

  #speaksOf({ kind }: Modifier, place: TokenRange, around: Surroundings): boolean {
    if (kind === null) return false;
    const { mention, clause, alone, normal } = around;
    const inClause = place.first >= clause.first && place.last <= clause.last;
    if (kind === 'LATERALITY' || kind === 'LOCATION')
      return (inClause || !normal) && !this.#isOfAnother(kind, place, around);
    if (!inClause) return false;
    if (place.last <= mention.first)
      return place.first >= alone.first && mention.first - place.last <= MAX_BEFORE;
    if (place.first < mention.last) return true;
    if (kind === 'LOOK' && this.#isDenied(mention.last, place.first)) return false;
    return kind !== 'QUANTITY' && this.#speaksBack(kind, place, around);
  }

  /**
   * Is a side or place part of another finding's noun phrase: a place among its words ("consolidation, pleural effusion"), or
   * either of them right before a later item of a list ("bulge and right foraminal narrowing")?
   */
  #isOfAnother(kind: Modifier['kind'], place: TokenRange, { mention, alone, normal }: Surroundings): boolean {
    if (this.#isDenied(mention.last, place.first)) return true;
    if (place.first >= alone.first && place.last <= alone.last) {
      if (place.first < mention.last || alone.last - place.last > MAX_IN_PHRASE) return false;
    } else if (normal) return true;
    const at = firstWithin(this.#mentions, place.first + 1);
    const other = this.#mentions[at];
    if (other === undefined || other.first === mention.first) return false;
    if (other.first <= place.first) return kind === 'LOCATION' && place.last <= other.last;
    if (other.first < mention.first || other.first - place.last > MAX_IN_PHRASE) return false;
    return this.#isListed(mention.last, place.first) && !this.#isBroken(place.last, other.first);
  }

  /** Begins a denial behind the finding: "cardiomegaly without pulmonary edema"? */
  #isDenied(from: number, to: number): boolean {
    const { deniers } = this.#lexicon.clauseWords;
    for (let at = from; at < to; at++) if (deniers.has(this.#tokens.id(at))) return true;
    return false;
  }

  /** Begins a new item of a list right before a token: is the last word that parts or places anything one that parts? */
  #isListed(from: number, to: number): boolean {
    const { placePrepositions, clauseWords } = this.#lexicon;
    const { verbs, joiners, or, binding } = clauseWords;
    for (let at = to - 1; at >= from; at--) {
      const id = this.#tokens.id(at);
      if (id === COMMA || or.has(id)) return true;
      if (joiners.has(id)) return !binding.has(this.#tokens.id(at - 1));
      if (verbs.has(id) || placePrepositions.has(id)) return false;
    }
    return false;
  }

  /** Does any word that ends a noun phrase stand there? */
  #isBroken(from: number, to: number): boolean {
    const { placePrepositions, clauseWords } = this.#lexicon;
    const { verbs, joiners, or, deniers } = clauseWords;
    for (let at = from; at < to; at++) {
      const id = this.#tokens.id(at);
      if (id === COMMA || verbs.has(id) || joiners.has(id) || or.has(id) || deniers.has(id)) return true;
      if (placePrepositions.has(id)) return true;
    }
    return false;
  }

  /** Does a word behind the finding speak of it: "the effusion is small", "effusion and edema have increased"? */
  #speaksBack(kind: Modifier['kind'], place: TokenRange, { mention, clause, alone }: Surroundings): boolean {
    if (place.first - mention.last > MAX_AFTER) return false;
    const { verbs, joiners, or } = this.#lexicon.clauseWords;
    let [verb, parted] = [false, false];
    for (let at = mention.last; at < place.first; at++) {
      const id = this.#tokens.id(at);
      if (verbs.has(id)) verb = true;
      else if (id === COMMA || joiners.has(id) || or.has(id)) parted = true;
    }
    if (place.last > alone.last) return kind === 'CHANGE' && verb;
    return verb || !parted || alone.last >= clause.last;
  }

  /** A general location gives way to a place that the finding is said to be at: "lung nodule in the lingula". */
  #replaceGeneral(nearest: NearestModifiers, around: Surroundings): void {
    const { mention, alone } = around;
    const statement = around.normal ? around.clause : around.statement;
    const reach = mention.last + MAX_LOCATION_DISTANCE;
    let away = Number.POSITIVE_INFINITY;
    for (
      let index = firstWithin(this.#modifiers, mention.first - MAX_LOCATION_DISTANCE);
      index < this.#modifiers.length;
      index++
    ) {
      const place = this.#modifiers[index];
      if (place === undefined || place.first > reach) break;
      if (place.first < statement.first || place.last > statement.last) continue;
      for (const modifier of place.values) {
        if (modifier.kind !== 'LOCATION' || modifier.general || distance(place, mention) >= away) continue;
        if (!this.#isSaidOf(mention, place, alone)) continue;
        away = distance(place, mention);
        nearest.replace(modifier, place);
      }
    }
  }

  /** Is it a place of this finding: among its words, right before them, or behind them and a preposition? */
  #isSaidOf(mention: TokenRange, place: TokenRange, alone: TokenRange): boolean {
    if (place.first < alone.first || place.last > alone.last) return false;
    const { placePrepositions: prepositions, clauseWords } = this.#lexicon;
    const { verbs, joiners, or, deniers } = clauseWords;
    if (place.last <= mention.first) {
      if (mention.first - place.last > MAX_BEFORE_FINDING) return false;
      for (let at = place.last; at < mention.first; at++) {
        const id = this.#tokens.id(at);
        if (verbs.has(id) || joiners.has(id) || or.has(id) || deniers.has(id) || prepositions.has(id))
          return false;
      }
      return true;
    }
    if (place.first < mention.last) return true;
    for (let at = mention.last; at < place.first; at++) {
      const id = this.#tokens.id(at);
      if (joiners.has(id) || or.has(id)) return false;
    }
    for (let at = Math.max(mention.last, place.first - 1 - MAX_BEFORE_PLACE); at < place.first; at++)
      if (prepositions.has(this.#tokens.id(at))) return true;
    return false;
  }

  /** The nearest size between the findings on either side. */
  #addSize(described: Described, { mention, clause, alone }: Surroundings): void {
    let nearest: Size | null = null;
    let nearestAway = Number.POSITIVE_INFINITY;
    for (let index = firstWithin(this.#sizes, alone.first); index < this.#sizes.length; index++) {
      const size = this.#sizes[index];
      if (size === undefined || size.last > Math.min(alone.last, clause.last)) break;
      if (size.first < Math.max(alone.first, clause.first)) continue;
      if (distance(size, mention) > MAX_LOCATION_DISTANCE) continue;
      const away = distance(size, mention) + (this.#isParted(size, mention) ? MAX_LOCATION_DISTANCE : 0);
      if (away >= nearestAway) continue;
      nearestAway = away;
      nearest = size;
    }
    if (nearest === null) return;
    described.sizesMm = nearest.mm;
    described.attributes.push(attribute(this.#tokens, 'SIZE', nearest.mm.join('x'), nearest, 'size/measure'));
  }

  /** Stands a comma or a joining word between? */
  #isParted(a: TokenRange, b: TokenRange): boolean {
    const { joiners, or } = this.#lexicon.clauseWords;
    for (let at = Math.min(a.last, b.last); at < Math.max(a.first, b.first); at++) {
      const id = this.#tokens.id(at);
      if (id === COMMA || joiners.has(id) || or.has(id)) return true;
    }
    return false;
  }

  /** "3 nodules". */
  #addNumber(described: Described, { first }: TokenRange): void {
    const word = this.#tokens.kind(first - 1) === 'NUMBER' ? this.#tokens.word(first - 1) : '';
    if (!/^[1-9]\d?$/.test(word) || this.#tokens.gap(first) !== 'BLANK') return;
    described.quantity = word;
    const place = { first: first - 1, last: first };
    described.attributes.push(attribute(this.#tokens, 'QUANTITY', word, place, 'quantity/number'));
  }
}
