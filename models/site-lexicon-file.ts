import { readFile } from 'node:fs/promises';
import { InterleaveError } from '../core/errors.ts';
import { lintSiteLexicon } from '../core/site-lexicon/lexicon-lint.ts';
import { readSiteLexicon } from '../core/site-lexicon/read-site-lexicon.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';

/** Of more problems than these the log says only how many there are. */
export const MAX_TOLD_PROBLEMS = 5;

/**
 * The lexicon that the labeler reads with and the page takes names from: a site's own file over ours, ours alone where none is named.
 * @throws InterleaveError LEXICON_INVALID with the first problems
 */
export async function openLexicon(file: string): Promise<Lexicon> {
  if (file === '') return DEFAULT_LEXICON;
  const site = await readJson(file);
  const problems = lintSiteLexicon(site);
  if (problems.length > MAX_TOLD_PROBLEMS) {
    const told = problems.slice(0, MAX_TOLD_PROBLEMS).map(({ where, problem }) => `${where}: ${problem}`);
    const rest = `and ${problems.length - told.length} more: \`interleave labeler lint ${file}\` says them all`;
    throw new InterleaveError('LEXICON_INVALID', [...told, rest].join('; '));
  }
  return readSiteLexicon(site);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new InterleaveError(
      'LEXICON_INVALID',
      `${file}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
