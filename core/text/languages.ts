/**
 * Which sentences, and which parts of one, are written in a language that is read: English. "Kein Pneumothorax" names a
 * finding in the same word as English does and denies it in another; nothing may be asserted of what is not read.
 *
 * A part's words speak for English or against it (`language-words.ts`; words in no list by their letters and script). What
 * has no such word ("Pneumothorax.") is taken as its neighbours in the report are, and as English where these say nothing.
 * One pass over the tokens; a sentence that is plainly English is seen to be so without looking at any letter.
 */
import type { TextRange } from '../radiology/events.ts';
import { FOREIGN_DENIAL, type LanguageWords } from './language-words.ts';
import type { Sentence } from './sentences.ts';
import type { Tokens } from './tokens.ts';
import { punctuationId, UNKNOWN_WORD } from './vocabulary.ts';

export interface ReadableSentences {
  /** in order; of a sentence in two languages the English parts, each as a sentence */
  readable: Sentence[];
  /** the sentences, and parts of one, that are not read, in order */
  unread: TextRange[];
}

/** From here on a part is decided by its own words alone. */
const SURE = 2;
/** From here on a part is not read; on the English side it is read, unless most of the report is in another language. */
const LEANING = 1;
/** A word with a letter that English has not, or with an article tied to it ("l'examen"). */
const FOREIGN_LETTERS = 1.25;

/** Parts the sentences of a report (in order) into those that are read and those that are not. */
export function byLanguage(
  tokens: Tokens,
  sentences: readonly Sentence[],
  words: LanguageWords,
): ReadableSentences {
  const reader = new LanguageReader(tokens, words);
  const scores = sentences.map((sentence) => reader.scoreOf(sentence));
  if (scores.every(Number.isFinite)) return { readable: [...sentences], unread: [] };
  const parts = sentences.map((sentence, index) => {
    const score = scores[index] ?? 0;
    return Number.isFinite(score)
      ? [{ first: sentence.first, last: sentence.last, score }]
      : reader.partsOf(sentence);
  });
  const whole = parts.map((ofSentence, index) => reader.decided(ofSentence, sentences[index]));
  const foreign = isForeign(whole);
  const readable: Sentence[] = [];
  const unread: TextRange[] = [];
  for (const [index, sentence] of sentences.entries()) {
    const ofSentence = parts[index] ?? [];
    if (!ofSentence.some(isSurelyForeign)) {
      if (foreign[index] !== true) readable.push(sentence);
      else unread.push({ start: sentence.start, end: sentence.end });
      continue;
    }
    for (const { first, last, foreign: unreadPart } of joined(ofSentence)) {
      const [start, end] = [tokens.start(first), tokens.end(last - 1)];
      if (unreadPart) unread.push({ start, end });
      else readable.push({ ...sentence, start, end, first, last });
    }
  }
  return { readable, unread };
}

/** A stretch between commas and the like, and what its words say. */
interface Part {
  first: number;
  last: number;
  score: number;
  /** a label ("Pneumothorax:"): what stands behind it answers it, in one language */
  label?: boolean;
}

function isSurelyForeign({ score }: Part): boolean {
  return score >= SURE;
}

/** For each sentence: is it foreign, by itself or by what stands around it? */
function isForeign(scores: readonly number[]): boolean[] {
  let balance = 0;
  for (const score of scores) if (Math.abs(score) >= SURE) balance += Math.sign(score);
  const before = sureBefore(scores);
  const after = sureBefore([...scores].reverse()).reverse();
  return scores.map((score, index) => {
    if (Math.abs(score) >= SURE) return score > 0;
    if (score >= LEANING) return true;
    if (score <= -LEANING) return balance > 0;
    const around = (before[index] ?? 0) + (after[index] ?? 0);
    if (balance === 0) return around > 0;
    return balance > 0 ? around > -BOTH_SIDES : around >= BOTH_SIDES;
  });
}

/** Both neighbours speak against what the report as a whole is written in. */
const BOTH_SIDES = 2;

/** For each sentence the sign of the nearest sure one before it; 0 where there is none. */
function sureBefore(scores: readonly number[]): number[] {
  let sign = 0;
  return scores.map((score) => {
    const before = sign;
    if (Math.abs(score) >= SURE) sign = Math.sign(score);
    return before;
  });
}

/** The parts of a sentence in two languages: undecided ones go with what is not read, and a label with its answer. */
function joined(parts: readonly Part[]): { first: number; last: number; foreign: boolean }[] {
  const stretches: { first: number; last: number; foreign: boolean }[] = [];
  let answered = false;
  for (const { first, last, score, label } of [...parts].reverse()) {
    const foreign: boolean = score > -SURE || (label === true && answered);
    answered = foreign;
    const behind = stretches.at(-1);
    if (behind !== undefined && behind.foreign === foreign) behind.first = first;
    else stretches.push({ first, last, foreign });
  }
  return stretches.reverse();
}

const FULL_STOP = punctuationId('.');
const MARKS = new Set([',', ';', '(', ')', ':', '-', '=', '?', '/'].map(punctuationId));
const LABEL_MARKS = new Set([':', '-', '=', '?'].map(punctuationId));

class LanguageReader {
  readonly #tokens: Tokens;
  readonly #words: LanguageWords;
  readonly #ascii: boolean;

  constructor(tokens: Tokens, words: LanguageWords) {
    this.#tokens = tokens;
    this.#words = words;
    this.#ascii = !NON_ASCII.test(tokens.text);
  }

  /** What the known words of a sentence say; Infinity where one speaks against English or a letter has to be looked at. */
  scoreOf({ first, last }: Sentence): number {
    const { weights, knownPairStarts, pairs } = this.#words;
    if (!this.#ascii) return Number.POSITIVE_INFINITY;
    let sum = 0;
    let unknown = false;
    for (let at = first; at < last; at++) {
      const id = this.#tokens.id(at);
      const weight = weights[id] ?? 0;
      if (weight > 0) return Number.POSITIVE_INFINITY;
      if (knownPairStarts.has(id) && (pairs.get(id)?.get(this.#tokens.id(at + 1)) ?? 0) > 0)
        return Number.POSITIVE_INFINITY;
      if (id === UNKNOWN_WORD) unknown = true;
      sum += weight;
    }
    return unknown && sum > -SURE ? Number.POSITIVE_INFINITY : sum;
  }

  /** The parts of a sentence, each with what its words say. */
  partsOf({ first, last }: Sentence): Part[] {
    const tokens = this.#tokens;
    const parts: Part[] = [];
    let from = first;
    for (let at = first; at <= last; at++) {
      if (at < last && !(at > from && MARKS.has(tokens.id(at)))) continue;
      if (at > from)
        parts.push({
          first: from,
          last: at,
          score: this.#score(from, at, first, last),
          label: at < last && LABEL_MARKS.has(tokens.id(at)),
        });
      from = at;
    }
    return parts;
  }

  /** What a sentence says as a whole. One word alone leans to nothing: "MI." is an abbreviation, "ei" would be another. */
  decided(parts: readonly Part[], sentence: Sentence | undefined): number {
    let sum = 0;
    for (const { score } of parts) sum += score;
    if (sentence === undefined || Math.abs(sum) >= SURE) return sum;
    let words = 0;
    for (let at = sentence.first; at < sentence.last; at++) if (this.#tokens.kind(at) === 'WORD') words++;
    return words > 1 ? sum : 0;
  }

  #score(first: number, last: number, from: number, to: number): number {
    const { weights, pairs, pairStarts } = this.#words;
    const tokens = this.#tokens;
    let sum = 0;
    for (let at = first; at < last; at++) {
      const id = tokens.id(at);
      if (pairStarts.has(id)) {
        const weight = pairs.get(id)?.get(tokens.id(at + 1));
        if (weight !== undefined && at + 1 < last) {
          sum += weight;
          at++;
          continue;
        }
      }
      if (this.#isInitial(at)) {
        if (this.#isAbbreviation(at)) sum += SURE;
        continue;
      }
      if (this.#isAnswer(at, from, to)) sum += FOREIGN_DENIAL;
      else if (id === UNKNOWN_WORD && tokens.kind(at) === 'WORD') sum += this.#unknown(tokens.word(at));
      else sum += weights[id] ?? 0;
    }
    return sum;
  }

  /** "nein" alone behind a mark. */
  #isAnswer(at: number, from: number, to: number): boolean {
    const tokens = this.#tokens;
    if (!this.#words.answers.has(tokens.id(at)) || at === from) return false;
    return tokens.kind(at - 1) === 'PUNCTUATION' && (at + 1 >= to || tokens.kind(at + 1) === 'PUNCTUATION');
  }

  /** "E.": of a name, or of "y.o."; it speaks for no language. */
  #isInitial(at: number): boolean {
    const tokens = this.#tokens;
    return tokens.end(at) - tokens.start(at) === 1 && tokens.id(at + 1) === FULL_STOP;
  }

  /** The first letter of "Z.n."; in capitals it may be English ("V.A. hospital"). */
  #isAbbreviation(at: number): boolean {
    const tokens = this.#tokens;
    if (tokens.end(at + 2) - tokens.start(at + 2) !== 1) return false;
    return this.#words.abbreviations.has(`${tokens.word(at)}.${tokens.word(at + 2)}`);
  }

  #unknown(word: string): number {
    if (OTHER_SCRIPT.test(word)) return SYMBOL.test(word) ? 0 : SURE;
    if (NON_ASCII.test(word) && FOREIGN_LETTER.test(word)) return FOREIGN_LETTERS;
    if (TIED_ARTICLE.test(word)) return FOREIGN_LETTERS;
    return this.#words.shapes.weightOf(word);
  }
}

const NON_ASCII = /[^\u0000-\u007f]/;
const FOREIGN_LETTER = /[\u00c0-\u024f\u1e00-\u1eff]/;
/** Every script but Latin. */
const OTHER_SCRIPT = /(?![\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}])\p{L}/u;
/** One Greek letter, alone or tied to a word of ours: "β", "α1". */
const SYMBOL = /^\p{Script=Greek}[\p{Script=Latin}\d]*$/u;
const TIED_ARTICLE = /^(?:[ldnscjm]|qu|un|dell|nell|all|dall|sull)['’]\p{L}{3}/iu;
