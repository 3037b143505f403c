/** Which series and images are cited together: one group for each list of images. */
import {
  type CitationWords,
  type CitedRange,
  type NumberList,
  type NumberSpan,
  readNumberList,
} from './cited-numbers.ts';
import type { IdSet } from './id-set.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

export interface CitationGroup extends TokenRange {
  /** empty where none is named */
  series: CitedRange[];
  images: NumberSpan[];
  /** written with slashes: "series 2/3", "image 4/5" */
  seriesPaired: boolean;
  imagesPaired: boolean;
}

/** Where it was named last: `last` is -1 where it was not. */
type Series = Pick<CitationGroup, 'series' | 'seriesPaired' | 'first' | 'last'>;

const NO_SERIES: Series = { series: [], seriesPaired: false, first: -1, last: -1 };
const SLASH = punctuationId('/');
const COLON = punctuationId(':');
const CONNECTING = ',;:/-(.';
/** tokens between a series and its images at most: "series 3, (image 5)" */
const MAX_CONNECTING = 3;

export class CitationReader {
  readonly #tokens: Tokens;
  readonly #words: CitationWords;

  constructor(tokens: Tokens, words: CitationWords) {
    this.#tokens = tokens;
    this.#words = words;
  }

  /**
   * The groups of a sentence (or of a whole section) in order, each with the tokens from its first word to its last
   * number. A series named before images holds until another one is named.
   */
  read(range: TokenRange): CitationGroup[] {
    const groups: CitationGroup[] = [];
    if (!this.#namesImages(range)) return groups;
    let series = NO_SERIES;
    for (let at = range.first; at < range.last; ) {
      const paired = this.#readPaired(at, range.last);
      if (paired !== null) {
        groups.push(paired);
        at = paired.last;
        continue;
      }
      const named = this.#readNumbered(at, range.last, this.#words.series);
      if (named !== null) {
        const found = { series: named.spans.map(({ range }) => range), seriesPaired: named.slashes };
        const group = groups.at(-1);
        if (group !== undefined && this.#namesSeriesOf(group, at, named.next, range.last)) {
          Object.assign(group, found, { last: named.next });
          series = NO_SERIES;
        } else series = { ...found, first: at, last: named.next };
        at = named.next;
        continue;
      }
      const images = this.#readNumbered(at, range.last, this.#words.images);
      if (images !== null && !this.#isDoubtful(at, series, range)) {
        const first = this.#connects(series.last, at) ? series.first : at;
        groups.push({
          ...series,
          images: images.spans,
          imagesPaired: images.slashes,
          first,
          last: images.next,
        });
      }
      at = images?.next ?? at + 1;
    }
    return groups;
  }

  #namesImages({ first, last }: TokenRange): boolean {
    for (let at = first; at < last; at++) if (this.#words.images.has(this.#tokens.id(at))) return true;
    return false;
  }

  /** "Series 3", "images 5 and 8", "im30": the word and its numbers. */
  #readNumbered(at: number, to: number, names: IdSet): NumberList | null {
    const tokens = this.#tokens;
    if (!names.has(tokens.id(at))) return null;
    return readNumberList(tokens, at + 1, to, this.#words, this.#words.plural.has(tokens.id(at)));
  }

  /** "Series/image 3/55", "se:im 3:55". */
  #readPaired(at: number, to: number): CitationGroup | null {
    const tokens = this.#tokens;
    const { series, images } = this.#words;
    const parted = (token: number) => tokens.id(token) === SLASH || tokens.id(token) === COLON;
    if (!series.has(tokens.id(at)) || !parted(at + 1) || !images.has(tokens.id(at + 2))) return null;
    if (at + 5 >= to || tokens.kind(at + 3) !== 'NUMBER' || !parted(at + 4)) return null;
    const image = readNumberList(tokens, at + 5, to, this.#words, false);
    const number = Number(tokens.word(at + 3));
    if (image === null || !Number.isInteger(number)) return null;
    return {
      series: [{ low: number, high: number, endsOnly: false }],
      seriesPaired: false,
      images: image.spans,
      imagesPaired: false,
      first: at,
      last: image.next,
    };
  }

  /**
   * Does a series named behind images belong to them? "Image 5 of series 3" does; "image 5, series 3" does where they
   * have no series yet and no images follow.
   */
  #namesSeriesOf(group: CitationGroup, at: number, next: number, to: number): boolean {
    const tokens = this.#tokens;
    if (at - group.last > MAX_CONNECTING) return false;
    let of = false;
    for (let between = group.last; between < at; between++) {
      if (this.#words.of.has(tokens.id(between))) of = true;
      else if (!CONNECTING.includes(tokens.word(between))) return false;
    }
    return of || (group.series.length === 0 && !this.#imagesFollow(next, to));
  }

  /** Do only marks that connect stand between a series that ended (-1: there is none) and what comes now? */
  #connects(end: number, at: number): boolean {
    if (end < 0 || at - end > MAX_CONNECTING) return false;
    for (let between = end; between < at; between++)
      if (!CONNECTING.includes(this.#tokens.word(between))) return false;
    return true;
  }

  #imagesFollow(at: number, to: number): boolean {
    let next = at;
    while (next < to && next < at + MAX_CONNECTING && CONNECTING.includes(this.#tokens.word(next))) next++;
    return next < to && this.#words.images.has(this.#tokens.id(next));
  }

  /** "IM 30": without a series and outside brackets the short forms may mean something else. */
  #isDoubtful(at: number, { series }: Series, range: TokenRange): boolean {
    if (!this.#words.short.has(this.#tokens.id(at)) || series.length > 0) return false;
    return at === range.first || this.#tokens.word(at - 1) !== '(';
  }
}
