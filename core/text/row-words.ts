/** What the words of a row are: a label (the name of a finding), an answer that denies or doubts, one that affirms. */
import type { Lexicon } from './lexicon.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { punctuationId } from './vocabulary.ts';

const FULL_STOP = punctuationId('.');
/** what may stand behind an answer */
export const ANSWER_ENDS: ReadonlySet<number> = new Set(['.', ',', ';', '!'].map(punctuationId));
const LABEL_MARKS = new Set([':', '-', '=', '?', ','].map(punctuationId));
const AFFIRMING: ReadonlySet<string> = new Set(['SEVERITY', 'CHANGE', 'QUANTITY']);
/** words of a label at most, in a row without marks of cells */
const MAX_LABEL_WORDS = 8;
/** words of an answer at most, in such a row */
const MAX_ANSWER_WORDS = 3;

export class RowWords {
  readonly #tokens: Tokens;
  readonly #lexicon: Lexicon;

  constructor(tokens: Tokens, lexicon: Lexicon) {
    this.#tokens = tokens;
    this.#lexicon = lexicon;
  }

  /** The findings that are named in a line, and where. */
  findings({ first, last }: TokenRange): { first: number; concept: string }[] {
    return this.#lexicon.findings
      .match(this.#tokens, first, last)
      .flatMap((match) =>
        match.values.flatMap((value) =>
          typeof value === 'object' ? [{ first: match.first, concept: value.entry.id }] : [],
        ),
      );
  }

  /** "No", "None seen.", "Possible", "-": an answer that denies or doubts, and nothing else. */
  isAnswer(first: number, last: number): boolean {
    const [match] = this.#lexicon.cues.match(this.#tokens, first, last);
    if (match?.first !== first) return false;
    if (!match.values.some((term) => typeof term === 'object' && term.cue.direction === 'LABEL'))
      return false;
    return match.last >= last || ANSWER_ENDS.has(this.#tokens.id(match.last));
  }

  /**
   * Where the next label begins in "Pneumothorax: No Effusion: Small"; -1 where the text is no such row. `first`: where the
   * label before begins; `colon` and `next`: the colons behind both.
   */
  nextLabel(first: number, colon: number, next: number): number {
    const named = this.#lexicon.findings.match(this.#tokens, colon + 1, next).at(-1);
    if (named?.last !== next || named.first === colon + 1) return -1;
    if (!named.values.some((value) => typeof value === 'object') || !this.#isLabel(first, colon)) return -1;
    const answered = this.isAnswer(colon + 1, named.first) || this.affirms(colon + 1, named.first);
    return answered ? named.first : -1;
  }

  /** "Yes", "Present", "Small", "6 mm": says that it is there. */
  affirms(first: number, last: number): boolean {
    const tokens = this.#tokens;
    if (this.#lexicon.clauseWords.affirmers.has(tokens.id(first))) return true;
    for (let at = first; at < last; at++) if (tokens.kind(at) === 'NUMBER') return true;
    return this.#lexicon.modifiers
      .match(tokens, first, last)
      .some(({ values }) => values.some(({ kind }) => kind !== null && AFFIRMING.has(kind)));
  }

  /** A word with which no sentence ends: "of", "no". */
  isContinuing(at: number): boolean {
    return this.#lexicon.sentenceWords.continuing.has(this.#tokens.word(at).toLowerCase());
  }

  /** A word that goes on with what stands before it: "is", "and", "in". */
  joins(at: number): boolean {
    const { clauseWords, placePrepositions } = this.#lexicon;
    const id = this.#tokens.id(at);
    return (
      clauseWords.verbs.has(id) ||
      clauseWords.joiners.has(id) ||
      clauseWords.or.has(id) ||
      placePrepositions.has(id)
    );
  }

  /**
   * "Pneumothorax no", "Effusion - No" and no word more: the "no" does not speak of the next line, where that begins with a
   * capital or is answered itself. `to`: the end of the section.
   */
  endsWithNo(line: TokenRange, to: number): boolean {
    const tokens = this.#tokens;
    const end = this.#withoutStop(line);
    if (tokens.id(end - 1) !== this.#lexicon.no || line.last >= to) return false;
    if (!this.#isLabel(line.first, end - 1)) return false;
    const next = tokens.word(line.last);
    const text = tokens.text;
    const hasCase = text !== text.toLowerCase() && text !== text.toUpperCase();
    const capital = next.charAt(0) !== next.charAt(0).toLowerCase();
    if (hasCase && capital && !this.#lexicon.sentenceWords.eponyms.has(next.toLowerCase())) return true;
    return this.#isAnswered(line.last, to);
  }

  /** Does a line consist of a label and its answer? */
  #isAnswered(first: number, to: number): boolean {
    let last = first + 1;
    while (last < to && !this.#tokens.startsLine(last)) last++;
    const end = this.#withoutStop({ first, last });
    for (let answer = Math.max(first + 1, end - MAX_ANSWER_WORDS); answer < end; answer++) {
      if (!this.isAnswer(answer, end) && !this.affirms(answer, end)) continue;
      if (this.#isLabel(first, answer)) return true;
    }
    return false;
  }

  /** Is what stands before the answer the name of a finding and no statement? */
  #isLabel(first: number, answer: number): boolean {
    const tokens = this.#tokens;
    const end = LABEL_MARKS.has(tokens.id(answer - 1)) ? answer - 1 : answer;
    if (end - first > MAX_LABEL_WORDS || end <= first) return false;
    const { verbs, deniers } = this.#lexicon.clauseWords;
    for (let at = first; at < end; at++) {
      const id = tokens.id(at);
      if (verbs.has(id) || deniers.has(id) || tokens.kind(at) === 'PUNCTUATION') return false;
    }
    return this.#lexicon.findings
      .match(tokens, first, end)
      .some(({ last, values }) => last === end && values.some((value) => typeof value === 'object'));
  }

  #withoutStop({ first, last }: TokenRange): number {
    return last - 1 > first && this.#tokens.id(last - 1) === FULL_STOP ? last - 1 : last;
  }
}
