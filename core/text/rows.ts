/**
 * Rows of tables in a text: "Pneumothorax<TAB>No", cells of HTML and RTF, "Pneumothorax | No", "Pneumothorax....No", and lines
 * that end with a lone "No". A row is read as "Pneumothorax: No" would be: its first cell with a finding is a label, the cells
 * behind it answer until one decides. A cell with a finding of its own is a statement of its own, as is the line behind a row
 * that was answered.
 *
 * A tab is no mark of a cell where the words around it belong together ("there is<TAB>no pneumothorax"), behind a colon, a
 * list's number, or at the start of a line. One pass over the tokens; words are looked up in lines with such marks only.
 */
import type { Lexicon } from './lexicon.ts';
import { ANSWER_ENDS, RowWords } from './row-words.ts';
import type { Section } from './sections.ts';
import type { TokenRange, Tokens } from './tokens.ts';
import { FIRST_WORD, punctuationId } from './vocabulary.ts';

/** What rows say of sentences, by token. */
export interface Rows {
  /** a sentence begins here */
  starts: ReadonlySet<number>;
  /** a cell begins here that answers the label before it */
  answers: ReadonlySet<number>;
  /** answers that deny while a later cell of the row asserts ("no" on one side, "small" on the other) */
  contested: ReadonlySet<number>;
  /** marks at which the sentence goes on, as its answer stands behind them: "Pneumothorax? No", "Pneumothorax...None" */
  leaders: ReadonlySet<number>;
}

const COLON = punctuationId(':');
const FULL_STOP = punctuationId('.');
/** dots that lead from a label to its answer at least */
const MIN_LEADERS = 3;
/** tokens from a colon to the next at most: "no left pleural effusion" */
const MAX_LABEL_AND_ANSWER = 8;
/** tokens of an answer behind a leader at most */
const MAX_ANSWER_TOKENS = 8;
/** tokens of a list's number at most: "(3)" */
const MAX_NUMBER_TOKENS = 3;

/** The rows of all sections; null where there is none. */
export function readRows(tokens: Tokens, sections: readonly Section[], lexicon: Lexicon): Rows | null {
  if (!tokens.hasCells && !ROW_LIKE.test(tokens.text)) return null;
  const reader = new RowReader(tokens, lexicon);
  for (const section of sections) reader.read(section);
  return reader.rows;
}

/** A line as the next one must know it. */
interface Line extends TokenRange {
  /** it has cells */
  parted: boolean;
  /** nothing of it goes on in the next line */
  answered: boolean;
}

class RowReader {
  readonly #tokens: Tokens;
  readonly #words: RowWords;
  readonly #starts = new Set<number>();
  readonly #answers = new Set<number>();
  readonly #contested = new Set<number>();
  readonly #leaders = new Set<number>();
  readonly #hasLeaders: boolean;
  /** where the last answer behind a leader ends */
  #ledTo = 0;

  constructor(tokens: Tokens, lexicon: Lexicon) {
    this.#tokens = tokens;
    this.#words = new RowWords(tokens, lexicon);
    this.#hasLeaders = LEADERS.test(tokens.text);
  }

  get rows(): Rows | null {
    if (this.#starts.size + this.#answers.size === 0) return null;
    return {
      starts: this.#starts,
      answers: this.#answers,
      contested: this.#contested,
      leaders: this.#leaders,
    };
  }

  read(section: Section): void {
    const tokens = this.#tokens;
    const to = tokens.indexAt(section.end);
    let before: Line | null = null;
    let first = tokens.indexAt(section.start);
    let marks: number[] = [];
    let [from, colon] = [first, to];
    for (let at = first; at < to; at++) {
      if (at > first) {
        const id = tokens.id(at);
        if (tokens.hasCells && tokens.startsCell(at) && this.#parts(at, first, marks)) marks.push(at);
        if (id === COLON) {
          if (at - colon > 2 && at - colon <= MAX_LABEL_AND_ANSWER) {
            const label = this.#words.nextLabel(from, colon, at);
            if (label >= 0) this.#starts.add(label);
            from = label >= 0 ? label : colon + 1;
          }
          colon = at;
        }
        if (this.#hasLeaders && id < FIRST_WORD) this.#readLeader(at, first, to);
      }
      if (at + 1 < to && !tokens.startsLine(at + 1)) continue;
      before = this.#readLine({ first, last: at + 1 }, marks, before, to);
      first = at + 1;
      [from, colon] = [first, to];
      if (marks.length > 0) marks = [];
    }
  }

  #readLine(line: TokenRange, marks: readonly number[], before: Line | null, to: number): Line {
    const parted = marks.length > 0;
    const follows =
      parted && before !== null && (before.parted || !this.#words.isContinuing(before.last - 1));
    if (before?.answered === true || follows) this.#starts.add(line.first);
    const answered = parted ? this.#readCells(line, marks) : this.#words.endsWithNo(line, to);
    return { ...line, parted, answered: answered || this.#ledTo >= line.last };
  }

  /** Parts a row at its cells; true where its last cell is an answer and no more. */
  #readCells(line: TokenRange, marks: readonly number[]): boolean {
    const findings = this.#words.findings(line);
    let next = 0;
    let labelAt = -1;
    let label: string | undefined;
    let denial = -1;
    let decided = false;
    let lone = false;
    for (const [index, first] of [line.first, ...marks].entries()) {
      const last = marks[index] ?? line.last;
      while ((findings[next]?.first ?? first) < first) next++;
      const named = findings[next];
      if (named !== undefined && named.first < last) {
        const again: boolean = labelAt === index - 1 && named.concept === label;
        if (again) this.#answers.add(first);
        // "Smoker | no | Effusion | small": the answer of a label that names no finding.
        else if (label !== undefined || (lone && index > 1) || this.#hasColon(line.first, first))
          this.#starts.add(first);
        [label, labelAt, denial, decided, lone] = [named.concept, index, -1, again, false];
        continue;
      }
      const denies = this.#words.isAnswer(first, last);
      const affirms = !denies && this.#words.affirms(first, last);
      lone = denies || affirms;
      if (label === undefined) continue;
      if (!decided) {
        this.#answers.add(first);
        if (denies) denial = first;
      } else if (denies) this.#starts.add(first);
      else if (affirms && denial >= 0) this.#contested.add(denial);
      decided ||= lone;
    }
    return lone;
  }

  /** Does the blank before a token part cells? `marks`: those before it in the line. */
  #parts(at: number, line: number, marks: readonly number[]): boolean {
    const tokens = this.#tokens;
    if (tokens.id(at - 1) === COLON || this.#isListNumber(line, at)) return false;
    // A "no" in a cell of its own does not go on.
    const alone = marks.at(-1) === at - 1 || tokens.id(at - 2) === COLON;
    return (alone || !this.#words.isContinuing(at - 1)) && !this.#words.joins(at);
  }

  #hasColon(first: number, last: number): boolean {
    for (let at = first; at < last; at++) if (this.#tokens.id(at) === COLON) return true;
    return false;
  }

  /** "1.<TAB>No pneumothorax", "-<TAB>No pneumothorax" */
  #isListNumber(first: number, last: number): boolean {
    if (last - first > MAX_NUMBER_TOKENS) return false;
    for (let at = first; at < last; at++) if (this.#tokens.kind(at) === 'WORD') return false;
    return true;
  }

  /** Marks the "?" or the dots between a label and its answer, at the last of them. */
  #readLeader(at: number, line: number, to: number): void {
    const tokens = this.#tokens;
    const next = at + 1;
    if (next >= to || tokens.startsLine(next) || tokens.kind(next) === 'PUNCTUATION') return;
    let first = at;
    if (tokens.id(at) === FULL_STOP) {
      while (first - 1 > line && tokens.id(first - 1) === FULL_STOP) first--;
      if (at - first + 1 < MIN_LEADERS) return;
    } else if (!'?…_'.includes(tokens.word(at))) return;
    let end = next;
    const limit = Math.min(to, next + MAX_ANSWER_TOKENS);
    while (end < limit && !tokens.startsLine(end) && !ANSWER_ENDS.has(tokens.id(end))) end++;
    if (!this.#words.isAnswer(next, end)) return;
    for (let mark = first; mark <= at; mark++) this.#leaders.add(mark);
    this.#answers.add(next);
    this.#ledTo = end < to && tokens.id(end) === FULL_STOP ? end + 1 : end;
  }
}

/** Leaders, a line that ends with "no", or two labels on one line: what else rows are known by. */
const ROW_LIKE = /[?…_]|\.\.|\bno[ \t.]*[\r\n]|:[^:\r\n]*:/i;
const LEADERS = /[?…_]|\.\./;
