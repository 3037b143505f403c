import { InterleaveError } from '../../core/errors.ts';
import { drop, use } from '../../infra/reindex.ts';
import { elasticsearchError } from '../../platform/elasticsearch/client.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { indexRows, indexTable } from '../reindex/index-rows.ts';
import { withReindexParts } from '../reindex/open-parts.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave index list [options]
       interleave index use NAME [options]
       interleave index drop NAME [options]

The builds of the search index. One is searched: the alias names it. Others are kept from before, or are being built
(\`interleave reindex\`); the indexer feeds them all.

  list     name, alias, state, documents, size, generations of the vectors, and how many records each still lacks
  use      searches this build from now on, when it lacks nothing: to go back to the one from before
  drop     deletes a build that is not searched, also one that is still being built

Options:
  --data-dir DIR   the data folder (default .interleave/data in the checkout)
  --json           print one object: list: { indices: [{ name, alias, state, documents, bytes, imageGeneration,
                   textGeneration, lag, createdAt }] }; use, drop: { index }

Exit codes: 0 done; 1 it failed, or the index is searched, or there is none of this name; 2 the command line could not be
understood; 3 nothing runs.
`;

export const index: Verb = {
  name: 'index',
  summary: 'list the builds of the search index, go back to one, drop one',
  help: HELP,
  takesWords: true,
  options: { ...DATA_DIR_OPTION },
  async run(input) {
    const [what = '', name, ...more] = input.positionals;
    const wellFormed = what === 'list' ? name === undefined : name !== undefined && more.length === 0;
    if (!['list', 'use', 'drop'].includes(what) || !wellFormed)
      throw new InterleaveError('USAGE', 'See `interleave index --help`.');
    await withReindexParts(input, async (parts) => {
      if (name === undefined) {
        const indices = await indexRows(parts);
        if (input.json) input.print(JSON.stringify({ indices }));
        else for (const line of indexTable(indices)) input.print(line);
        return;
      }
      if (what === 'use') await use(parts, name);
      else await drop(parts, name);
      if (input.json) input.print(JSON.stringify({ index: name }));
      else input.print(what === 'use' ? `${name} is the index that is searched now.` : `${name} is dropped.`);
    }).catch((error: unknown) => {
      throw elasticsearchError(error);
    });
    return EXIT.ok;
  },
};
