import type { estypes } from '@elastic/elasticsearch';
import type { NumberAnswer } from '../../../schemas/api/answers.ts';
import type { SearchFilters } from '../http/search-request.ts';
import { MAX_RECORD_NUMBER_LENGTH } from '../limits.ts';
import { type CaseIndex, totalOf } from '../retrieval/case-index.ts';
import { filterClauses, numberClause } from '../retrieval/case-query.ts';
import { type AskedNumber, readNumbers, wordsWithout } from './record-numbers.ts';

/** What the numbers in a query ask for. */
export interface AskedNumbers {
  /** one for each number, in the order of the words */
  answers: NumberAnswer[];
  /** every hit has one of the numbers that were found, and none of the denied ones */
  filter: estypes.QueryDslQueryContainer[];
  /** hits are asked for by a number that a case has */
  found: boolean;
  /** a number was asked for that no case has, or none that may be shown: nothing is a hit */
  nobody: boolean;
  /** what is left of the words typed */
  words: string;
  /** false where a number is all that was asked for: what is merely near to a number has nothing to do with it */
  byMeaning: boolean;
  /** where a dash before a number is not read as a minus, in plain English */
  notes: string[];
}

/** For words without a number. */
export function noNumbers(words: string): AskedNumbers {
  return { answers: [], filter: [], found: false, nobody: false, words, byMeaning: true, notes: [] };
}

/**
 * Looks up the numbers in the words typed. A number that a case has must be the case's own, and the other words must hold
 * too. A number that nobody has finds nothing, also beside other words: their cases are other patients. A word that is
 * only perhaps a number, and no case's, is read as a word where a report contains it, and the answer says so; what no
 * report contains is a number that nobody has.
 */
export async function lookUpNumbers(
  index: CaseIndex,
  words: string,
  filters: SearchFilters,
): Promise<AskedNumbers> {
  const { numbers, denied, whole } = readNumbers(words);
  const all: AskedNumber = {
    typed: words.trim(),
    spellings: [whole],
    likeness: 'PERHAPS',
    stretches: [{ from: 0, to: words.length }],
    dashIgnored: false,
  };
  const asked = whole === '' ? numbers : [all, ...numbers];
  const filter = denied.map((number) => ({ bool: { must_not: [numberClause(number)] } }));
  if (asked.length === 0) return { ...noNumbers(words), filter };
  const [entire, ...single] = await known(index, whole === '' ? [all, ...asked] : asked, filters);
  if (whole !== '' && entire !== undefined && entire.cases > 0) return decided([entire], words, true, filter);
  const alone = numbers.length > 0 && wordsWithout(words, numbers) === '';
  return decided(single, words, alone, filter);
}

interface KnownNumber {
  number: AskedNumber;
  /** cases that have it, and those of them that the filters let through */
  cases: number;
  shown: number;
  /** reports in which it stands as a word */
  reports: number;
}

async function known(
  index: CaseIndex,
  numbers: readonly AskedNumber[],
  filters: SearchFilters,
): Promise<KnownNumber[]> {
  const results = await index.searchAll(
    numbers.flatMap((number) => {
      const clause = numberClause(number);
      return [
        count([clause]),
        count([clause, ...filterClauses(filters)]),
        count([{ multi_match: { query: number.typed, type: 'phrase', fields: [...WORD_FIELDS] } }]),
      ];
    }),
  );
  const total = (at: number) => {
    const result = results[at];
    return result === undefined ? 0 : totalOf(result);
  };
  return numbers.map((number, at) => ({
    number,
    cases: total(3 * at),
    shown: total(3 * at + 1),
    reports: total(3 * at + 2),
  }));
}

/** Where a code may stand as a word: the whole text and the title of a report. */
const WORD_FIELDS = ['text.report', 'title'];

function count(filter: estypes.QueryDslQueryContainer[]): estypes.MsearchMultisearchBody {
  return { query: { bool: { filter } }, size: 0, track_total_hits: 1 };
}

function decided(
  numbers: readonly KnownNumber[],
  words: string,
  alone: boolean,
  denied: estypes.QueryDslQueryContainer[],
): AskedNumbers {
  const codes = numbers.map((number) => ({ ...number, code: codeOf(number) }));
  const own = codes.filter(({ code }) => code === 'CASE_WITH_NUMBER').map(({ number }) => number);
  const asNumber = codes.filter(({ code }) => code !== 'READ_AS_WORD').map(({ number }) => number);
  return {
    answers: codes.map(({ number, code }) => numberAnswer(number.typed, code)),
    filter: [
      ...denied,
      ...(own.length === 0 ? [] : [{ bool: { should: own.map(numberClause), minimum_should_match: 1 } }]),
    ],
    found: own.length > 0,
    nobody: own.length === 0 && asNumber.length > 0,
    words: wordsWithout(words, asNumber),
    byMeaning: !alone,
    notes: own.some(({ dashIgnored }) => dashIgnored) ? [DASH_IS_NO_MINUS] : [],
  };
}

export const DASH_IS_NO_MINUS =
  'The dash before the number is not read as a minus: its case is shown. A minus leaves out the case of a number only beside other words.';

/** What no case has and no report contains as a word is a number that nobody has, also beside words. */
function codeOf({ number, cases, shown, reports }: KnownNumber): NumberAnswer['code'] {
  if (shown > 0) return 'CASE_WITH_NUMBER';
  if (cases > 0) return 'NUMBER_LEFT_OUT';
  if (number.likeness === 'NUMBER') return 'NO_CASE_WITH_NUMBER';
  return reports === 0 ? 'NO_CASE_WITH_NUMBER' : 'READ_AS_WORD';
}

/** The code, and what it means in plain English. */
export function numberAnswer(typed: string, code: NumberAnswer['code']): NumberAnswer {
  const short =
    typed.length <= MAX_RECORD_NUMBER_LENGTH ? typed : `${typed.slice(0, MAX_RECORD_NUMBER_LENGTH)}…`;
  return { typed: short, code, message: MESSAGES[code](`“${short}”`) };
}

const MESSAGES: Record<NumberAnswer['code'], (number: string) => string> = {
  CASE_WITH_NUMBER: (number) => `${number} is the number of a case.`,
  NO_CASE_WITH_NUMBER: (number) =>
    `No case with this number: ${number}. Accession numbers, filler numbers and UIDs of images are looked up; patient numbers and placer numbers are not known here.`,
  NUMBER_LEFT_OUT: (number) =>
    `A case has the number ${number}, but the filters leave it out, or it is withdrawn.`,
  NUMBER_WITHOUT_WORDS: (number) =>
    `A case has the number ${number}, but the other words do not match it. Search for the number alone.`,
  READ_AS_WORD: (number) => `No case has the number ${number}: it is read as a word.`,
};
