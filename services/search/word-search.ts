import { NOTICE } from '../../core/notice.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import type { SearchAnswer } from './answers.ts';
import type { CaseIndex } from './case-index.ts';
import { newestCases, numberedCases } from './cases-in-order.ts';
import { named } from './named-concept.ts';
import { readQuery } from './query-reading.ts';
import type { QueryVectors } from './query-vectors.ts';
import { rankedCases } from './ranked-cases.ts';
import { respell } from './respelling.ts';
import type { SearchRequest } from './search-request.ts';

/** `POST /api/search`: cases by words and filters. Without words, the newest first. */
export async function searchCases(
  index: CaseIndex,
  vectors: QueryVectors,
  lexicon: Lexicon,
  request: SearchRequest,
): Promise<SearchAnswer> {
  const began = performance.now();
  const asTyped = readQuery(request.words, lexicon);
  const numbered =
    request.words.trim() === ''
      ? await newestCases(index, request)
      : await numberedCases(index, asTyped, request);
  const { reading, respelled } =
    numbered === null
      ? await respell(index, request.words, asTyped, lexicon)
      : { reading: asTyped, respelled: [] };
  const found = numbered ?? (await rankedCases(index, vectors, reading, request));
  return {
    notice: NOTICE,
    query: {
      words: request.words,
      concepts: reading.concepts.map((concept) => ({ ...named(concept.concept), ...concept })),
      phrases: reading.phrases,
      rest: reading.rest.join(' '),
      denied: [...reading.deniedWords, ...reading.deniedPhrases],
      respelled,
      notes: reading.notes,
      accession: found.byNumber,
    },
    total: found.total,
    tookMs: Math.round(performance.now() - began),
    from: request.from,
    size: request.size,
    hits: found.hits,
    facets: found.facets,
  };
}
