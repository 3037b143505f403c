import { normaliseName } from '../../../core/radiology/case-key.ts';
import { isCodeSystem, isPlainCode, isUnit } from '../http/plain-codes.ts';
import { MAX_QUERY_NUMBERS, MAX_RECORD_NUMBER_LENGTH } from '../limits.ts';

/** A word of the query that may be the number of a record: an accession or filler number, or a UID. */
export interface AskedNumber {
  /** as it was typed, without quotes and punctuation around it */
  typed: string;
  /** the spellings under which the index may hold it, normalised; all of them are the same number */
  spellings: string[];
  /** `NUMBER`: it can hardly be anything else; `PERHAPS`: only the index and the reports can tell */
  likeness: 'NUMBER' | 'PERHAPS';
  /** where it stands in the words typed, with the words that only say that it follows ("accession no.") */
  stretches: Stretch[];
  /** a dash stands before it that is not read as "leave out", as it is all that was typed */
  dashIgnored: boolean;
}

interface Stretch {
  from: number;
  to: number;
}

/** The words typed, as to the numbers of records in them. */
export interface NumberReading {
  numbers: AskedNumber[];
  /** numbers behind a minus: their cases are left out */
  denied: AskedNumber[];
  /** the whole query as one number, whatever it looks like; '' where it has no digit or is too long for one */
  whole: string;
}

/**
 * Finds the numbers of records in the words typed. Only their form is looked at: whether a case has one, the index says.
 * Upper and lower case, full-width digits, quotes, punctuation and the kind of dash make no difference; leading zeros,
 * and whether there is a dash, do: another number is another patient. What radiology writes with digits
 * (`plain-codes.ts`) is no number.
 */
export function readNumbers(words: string): NumberReading {
  const whole = normalise(words);
  const reading = { whole: /\p{Nd}/u.test(whole) && whole.length <= MAX_RECORD_NUMBER_LENGTH ? whole : '' };
  const groups = digitGroups(words);
  if (groups !== null) return { ...reading, numbers: [groups], denied: [] };
  const tokens = tokensOf(words);
  const isQuoted = inPhrase(words);
  const numbers: AskedNumber[] = [];
  const denied: AskedNumber[] = [];
  for (const [at, token] of tokens.entries()) {
    if (isQuoted(token)) continue;
    const label = labelBefore(tokens, at);
    const likeness = likenessOf(token, tokens[at - 1], tokens[at + 1], label.length > 0);
    if (likeness === 'NONE') continue;
    const minus = [...label, token].some((part) => part.minus);
    // A dash before all that was typed came along when it was pasted: all cases but one are no answer to a number.
    const dashIgnored = minus && tokens.length === label.length + 1;
    const asked = {
      typed: token.text,
      spellings: spellingsOf(token.text),
      likeness,
      stretches: [...label, token].map(({ from, to }) => ({ from, to })),
      dashIgnored,
    };
    (minus && !dashIgnored ? denied : numbers).push(asked);
  }
  return { ...reading, numbers: distinct(numbers), denied: distinct(denied) };
}

/** The words typed without these numbers; '' where no word is left. A quote that stood around a number goes with it. */
export function wordsWithout(words: string, numbers: readonly AskedNumber[]): string {
  const left = numbers
    .flatMap(({ stretches }) => stretches)
    .reduce((text, { from, to }) => text.slice(0, from) + ' '.repeat(to - from) + text.slice(to), words);
  const rest = left.replace(/"\s*"/gu, ' ').trim();
  return /[\p{L}\p{Nd}]/u.test(rest) ? rest : '';
}

/** `from`, `to`: with what stands around it up to the next blank */
interface Token extends Stretch {
  text: string;
  /** normalised */
  word: string;
  /** a minus stands before it, or before the list in which it stands ("-A104,A105") */
  minus: boolean;
}

const AROUND = '"“”„‚‘’«»\'`()\\[\\]{}<>,;:!?.#*=|&';

/** Words between blanks, without quotes and punctuation around them; lists and `label:number` are cut. */
function tokensOf(words: string): Token[] {
  return [...words.matchAll(/\S+/gu)].flatMap((match) => {
    const [whole] = match;
    return pieces(whole).flatMap(([part, offset]): Token[] => {
      const text = part.replace(AT_START, '').replace(AT_END, '');
      const word = normalise(text);
      if (word === '') return [];
      const minus = MINUS.test(part) || MINUS.test(whole);
      return [{ text, word, minus, from: match.index + offset, to: match.index + offset + part.length }];
    });
  });
}

/** Hyphen-minus, and what keyboards and text programs make of it, as in `query-marks.ts`. */
const DASHES = '\\-\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d';
const MINUS = new RegExp(`^[${DASHES}]`, 'u');
const ANY_DASH = new RegExp(`[${DASHES}]`, 'gu');
const LABEL_AND_NUMBER = new RegExp(`^[${DASHES}]*(\\p{L}{2,})[:#=.]+(?=[\\p{L}\\p{Nd}])`, 'u');
const AT_START = new RegExp(`^[${AROUND}${DASHES}]+`, 'u');
const AT_END = new RegExp(`[${AROUND}${DASHES}]+$`, 'u');

/** "A104,A105" and "acc:A104" are several words; "1,5" is one. */
function pieces(word: string): [string, number][] {
  if (/^\d{1,3}(?:,\d{3})*(?:\.\d+)?\p{L}*$|^\d+,\d{1,3}\p{L}*$/u.test(word)) return [[word, 0]];
  const cuts: [string, number][] = [];
  for (const match of word.matchAll(/[^,;]+/gu)) {
    const [part] = match;
    const label = LABEL_AND_NUMBER.exec(part);
    if (label?.[1] !== undefined && isLabel(normalise(label[1]))) {
      cuts.push([label[0], match.index], [part.slice(label[0].length), match.index + label[0].length]);
    } else cuts.push([part, match.index]);
  }
  return cuts;
}

/** NFKC, nothing invisible, one kind of dash, upper case. */
function normalise(text: string): string {
  return normaliseName(text.replace(/\p{Cf}/gu, '')).replace(ANY_DASH, '-');
}

/** Besides the one with plain dashes, the one as it was typed, and what stands before an HL7 component. */
function spellingsOf(text: string): string[] {
  const word = normalise(text);
  const [first = ''] = word.split('^');
  return [...new Set([word, normaliseName(text), first])].filter((spelling) => spelling !== '');
}

function likenessOf(
  { word }: Token,
  before: Token | undefined,
  after: Token | undefined,
  labelled: boolean,
): 'NUMBER' | 'PERHAPS' | 'NONE' {
  if (!/\p{Nd}/u.test(word)) return 'NONE';
  if (labelled) return 'NUMBER';
  if (isPlainCode(word)) return 'NONE';
  if (/^[\d.,/-]+$/.test(word) && after !== undefined && isUnit(after.word)) return 'NONE';
  if (before !== undefined && (isCodeSystem(before.word) || /^[X×]$/.test(before.word))) return 'NONE';
  return likenessOfForm(word);
}

/** Digits that make a number of a record likely; with one less the word may be a code that we do not know. */
const MANY_DIGITS = 4;

function likenessOfForm(word: string): 'NUMBER' | 'PERHAPS' | 'NONE' {
  const digits = word.match(/\p{Nd}/gu)?.length ?? 0;
  const letters = word.match(/\p{L}/gu)?.length ?? 0;
  if (/^\d+(?:\.\d+){3,}$/.test(word)) return 'NUMBER';
  if (letters === 0) {
    if (/^0\p{Nd}{2,}$/u.test(word)) return 'NUMBER';
    if (isDate(word) || /^\d{1,3}-\d{1,3}(?:-\d{4})?$/.test(word)) return 'PERHAPS';
    if (digits > MANY_DIGITS) return 'NUMBER';
    return digits === MANY_DIGITS ? 'PERHAPS' : 'NONE';
  }
  if (digits < MANY_DIGITS - 1) return 'NONE';
  if (digits < MANY_DIGITS) return 'PERHAPS';
  // A word with a year, a b-value of diffusion, an ICD-10 code without its dot.
  if (/^(?:(?:[A-Z]{4,}-?|V)(?:19|20)\d\d|(?:19|20)\d\d-?[A-Z]{4,})$/.test(word)) return 'PERHAPS';
  if (/^B-?\d{2}[05]0$/.test(word) || /^[MSTVWXY]\d{5}[A-Z]$/.test(word)) return 'PERHAPS';
  return 'NUMBER';
}

/** YYYYMMDD, YYYYMM */
function isDate(word: string): boolean {
  return /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?$/.test(word);
}

const LABEL = /^(?:ACCESSION|ACC|ACCN|MRN|FILLER|PLACER|UID|SUID)$/;
const LABEL_OF_SEVERAL =
  /^(?:ORDER|STUDY|EXAM|EXAMINATION|RECORD|CASE|PATIENT|SERIES|INSTANCE|SOP|HOSPITAL)$/;
const NUMBER_WORD = /^(?:NUMBERS?|NO|NR|NUM|ID|UID|INSTANCE)$/;

function isLabel(word: string): boolean {
  return LABEL.test(word) || LABEL_OF_SEVERAL.test(word) || NUMBER_WORD.test(word);
}

/** The words directly before that only say that a number follows: "accession number", "acc", "MRN", "order no". */
function labelBefore(tokens: readonly Token[], at: number): Token[] {
  const label: Token[] = [];
  let place = at - 1;
  for (let token = tokens[place]; token !== undefined; token = tokens[--place]) {
    const names = LABEL.test(token.word) || (label.length > 0 && LABEL_OF_SEVERAL.test(token.word));
    if (!names && !NUMBER_WORD.test(token.word)) break;
    label.unshift(token);
  }
  const says = label.some(({ word }) => LABEL.test(word) || LABEL_OF_SEVERAL.test(word) || word === 'NUMBER');
  return says ? label : [];
}

/**
 * "1234 5678", "+1 (555) 123 4567": nothing but groups of digits, of which one alone is no number. It is looked up as it
 * stands, and means nothing else.
 */
function digitGroups(words: string): AskedNumber | null {
  const word = normalise(words);
  const groups = (word.match(/\S+/gu) ?? [])
    .map((group) => group.replace(/^[()+#"'.,:;]+|[()+#"'.,:;]+$/g, ''))
    .filter((group) => group !== '');
  const digits = groups.join('').length;
  if (groups.length < 2 || !groups.every((group) => /^[\p{Nd}-]+$/u.test(group)) || digits < 6) return null;
  if (groups.every((group) => group.length > MANY_DIGITS)) return null;
  return {
    typed: words.trim(),
    spellings: [...new Set([word, groups.join(' ')])],
    likeness: 'PERHAPS',
    stretches: [{ from: 0, to: words.length }],
    dashIgnored: false,
  };
}

/** Whether a word stands in quotes with others: such a phrase is searched as it stands. */
function inPhrase(words: string): (token: Token) => boolean {
  const phrases = [...words.matchAll(/"[^"]*"/gu)].filter(([phrase]) => /[^\s"]\s+[^\s"]/u.test(phrase));
  return ({ from }) => phrases.some(({ index, 0: phrase }) => index <= from && from < index + phrase.length);
}

function distinct(numbers: readonly AskedNumber[]): AskedNumber[] {
  const known = new Map<string, AskedNumber>();
  for (const number of numbers) {
    const [spelling = ''] = number.spellings;
    if (!known.has(spelling)) known.set(spelling, number);
  }
  return [...known.values()].slice(0, MAX_QUERY_NUMBERS);
}
