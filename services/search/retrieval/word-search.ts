import { NOTICE } from '../../../core/notice.ts';
import type { Lexicon } from '../../../core/text/lexicon.ts';
import type { SearchAnswer } from '../../../schemas/api/answers.ts';
import type { SearchRequest } from '../http/search-request.ts';
import { lookUpNumbers, noNumbers, numberAnswer } from '../query/asked-numbers.ts';
import { named } from '../query/named-concept.ts';
import { readQuery } from '../query/query-reading.ts';
import { respell } from '../query/respelling.ts';
import type { CaseIndex } from './case-index.ts';
import { newestCases, numberedCases } from './cases-in-order.ts';
import { facetsOf } from './facets.ts';
import { type FoundCases, noCases } from './found-cases.ts';
import type { QueryVectors } from './query-vectors.ts';
import { rankedCases } from './ranked-cases.ts';

/** `POST /api/search`: cases by words and filters. Without words, the newest first. */
export function searchCases(
  index: CaseIndex,
  vectors: QueryVectors,
  lexicon: Lexicon,
  request: SearchRequest,
): Promise<SearchAnswer> {
  return index.pinned((pinned) => searchIn(pinned, vectors, lexicon, request));
}

async function searchIn(
  index: CaseIndex,
  vectors: QueryVectors,
  lexicon: Lexicon,
  request: SearchRequest,
): Promise<SearchAnswer> {
  const began = performance.now();
  const { words } = request;
  const numbers = words.trim() === '' ? noNumbers('') : await lookUpNumbers(index, words, request.filters);
  const asTyped = readQuery(numbers.words, lexicon);
  const { reading, respelled } = numbers.nobody
    ? { reading: asTyped, respelled: [] }
    : await respell(index, numbers.words, asTyped, lexicon);
  const found = await find();
  return {
    notice: NOTICE,
    query: {
      words,
      concepts: reading.concepts.map((concept) => ({ ...named(concept.concept), ...concept })),
      phrases: reading.phrases,
      rest: reading.rest.join(' '),
      denied: [...reading.deniedWords, ...reading.deniedPhrases],
      respelled,
      notes: [...numbers.notes, ...reading.notes, ...(found.notes ?? [])],
      numbers: numbersWith(found),
      accession: numbers.found,
    },
    total: found.total,
    tookMs: Math.round(performance.now() - began),
    from: request.from,
    size: request.size,
    hits: found.hits,
    facets: found.facets,
  };

  async function find(): Promise<FoundCases> {
    if (words.trim() === '') return newestCases(index, request);
    if (numbers.nobody) return noCases(request.facets ? facetsOf(undefined) : null);
    if (numbers.found && numbers.words === '') return numberedCases(index, numbers, request);
    return rankedCases(index, vectors, reading, request, numbers);
  }

  function numbersWith({ total }: FoundCases): SearchAnswer['query']['numbers'] {
    if (!numbers.found || total.value > 0) return numbers.answers;
    return numbers.answers.map(({ typed, code, message }) =>
      code === 'CASE_WITH_NUMBER' ? numberAnswer(typed, 'NUMBER_WITHOUT_WORDS') : { typed, code, message },
    );
  }
}
