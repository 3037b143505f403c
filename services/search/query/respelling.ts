import { nearestFindingWord } from '../../../core/query/spelling.ts';
import type { Lexicon } from '../../../core/text/lexicon.ts';
import { MAX_RESPELLED_WORDS } from '../limits.ts';
import { type CaseIndex, totalOf } from '../retrieval/case-index.ts';
import { LANGUAGE_NOT_READ, type QueryReading, readQuery } from './query-reading.ts';

/** A word of the query and the word of a finding that it was read as. */
export interface Respelling {
  typed: string;
  read: string;
}

export interface RespelledReading {
  reading: QueryReading;
  respelled: Respelling[];
}

/**
 * Reads mistyped names of findings as the findings, so that "pnuemothorax" is asked for with its assertion too. Only
 * words that no report has are taken for others; words in quotes are left as they are.
 */
export async function respell(
  index: CaseIndex,
  words: string,
  reading: QueryReading,
  lexicon: Lexicon,
): Promise<RespelledReading> {
  const candidates = [...new Set([...reading.rest, ...reading.deniedWords])]
    .flatMap((typed): Respelling[] => {
      const read = nearestFindingWord(typed, lexicon);
      return read === null ? [] : [{ typed, read }];
    })
    .slice(0, MAX_RESPELLED_WORDS);
  if (candidates.length === 0) return { reading, respelled: [] };
  const uses = await index.searchAll(
    candidates.map(({ typed }) => ({
      query: { match: { 'text.report': typed } },
      size: 0,
      track_total_hits: 1,
    })),
  );
  const respelled = candidates.filter((_, position) => {
    const found = uses[position];
    return found !== undefined && totalOf(found) === 0;
  });
  if (respelled.length === 0) return { reading, respelled };
  const corrected = readQuery(replaced(words, respelled), lexicon);
  if (corrected.languageRead) return { reading: corrected, respelled };
  // "sin neumotórax": the name of the finding in that language, and no slip.
  if (!reading.languageRead) return { reading, respelled: [] };
  const notes = [LANGUAGE_NOT_READ, ...reading.notes];
  return { reading: { ...reading, notes, languageRead: false }, respelled: [] };
}

function replaced(words: string, respelled: readonly Respelling[]): string {
  const meant = new Map(respelled.map(({ typed, read }) => [typed, read]));
  return words.replace(/"[^"]*"|\p{L}+/gu, (part) => meant.get(part.toLowerCase()) ?? part);
}
