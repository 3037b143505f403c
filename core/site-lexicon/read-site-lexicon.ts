import { InterleaveError } from '../errors.ts';
import { compileLexicon, DEFAULT_LEXICON_DATA, type Lexicon } from '../text/lexicon.ts';
import { lintSiteLexicon } from './lexicon-lint.ts';
import { type SiteLexicon, withSiteLexicon } from './site-lexicon.ts';

/** The lexicon with a site's file (as parsed from JSON) over ours. @throws InterleaveError LEXICON_INVALID */
export function readSiteLexicon(file: unknown): Lexicon {
  const problems = lintSiteLexicon(file);
  if (problems.length > 0)
    throw new InterleaveError(
      'LEXICON_INVALID',
      problems.map(({ where, problem }) => `${where}: ${problem}`).join('; '),
    );
  return compileLexicon(withSiteLexicon(DEFAULT_LEXICON_DATA, file as SiteLexicon));
}
