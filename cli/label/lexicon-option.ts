import { readFile } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import { readSiteLexicon } from '../../core/site-lexicon/read-site-lexicon.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../../core/text/lexicon.ts';
import { unreadable } from '../csv-file.ts';
import type { OptionTable, VerbInput } from '../verb.ts';

/** Every verb that reads reports takes a site's own lexicon. */
export const LEXICON_OPTION = { lexicon: { type: 'string' } } as const satisfies OptionTable;

/**
 * The lexicon that comes with Interleave, with the site's own file over it where one is named.
 * @throws InterleaveError LEXICON_INVALID, USAGE where there is no such file
 */
export async function lexiconOf(input: VerbInput): Promise<Lexicon> {
  const file = input.text('lexicon');
  return file === undefined ? DEFAULT_LEXICON : readSiteLexicon(await readLexiconFile(file));
}

/** What a lexicon file holds, unchecked. */
export async function readLexiconFile(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InterleaveError('LEXICON_INVALID', `${file} is not JSON: ${reason}.`, { cause });
  }
}
