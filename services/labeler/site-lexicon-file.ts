import { readFile } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../../core/text/lexicon.ts';
import { readSiteLexicon } from '../../core/text/read-site-lexicon.ts';

/** The lexicon that the labeler reads with: a site's own file over ours, ours alone where none is named. @throws InterleaveError LEXICON_INVALID */
export async function openLexicon(file: string): Promise<Lexicon> {
  if (file === '') return DEFAULT_LEXICON;
  return readSiteLexicon(await readJson(file));
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
