import { takeOver } from '../../infra/elasticsearch/take-over.ts';
import { beginBuild, untilCaughtUp } from '../../infra/reindex.ts';
import { generationsFor } from '../../models/index-generations.ts';
import { elasticsearchError } from '../../platform/elasticsearch/client.ts';
import { liveIndex } from '../../schemas/index/physical-indices.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { MAX_GENERATION } from '../limits.ts';
import { withReindexParts } from '../reindex/open-parts.ts';
import { progressTeller } from '../reindex/tell-progress.ts';
import { numberOption, type Verb } from '../verb.ts';

const HELP = `
Usage: interleave reindex [options]

Builds a new index from the cases on Kafka beside the one that is searched, and lets it take over when it holds them all.
Messages are taken and cases are found meanwhile. The indexer fills the new index, and goes on feeding the old one too, so
that one can go back (\`interleave index use NAME\`) until it is dropped (\`interleave index drop NAME\`).

It may be stopped and run again: it goes on with the index that is being built. A build that is not wanted any more is
dropped like any other.

Options:
  --generation N   the generation of the image vectors that the new index takes (default: this version's)
  --text-generation N
                   the same for the vectors of texts
  --data-dir DIR   the data folder (default .interleave/data in the checkout)
  --json           print one object: { index, before, records, seconds }

Exit codes: 0 the new index is the one that is searched; 1 it failed; 2 the command line could not be understood; 3 nothing
runs.
`;

export const reindex: Verb = {
  name: 'reindex',
  summary: 'build the search index anew beside the one that is searched',
  help: HELP,
  options: {
    ...DATA_DIR_OPTION,
    generation: { type: 'string' },
    'text-generation': { type: 'string' },
  },
  async run(input) {
    const bounds = { min: 1, max: MAX_GENERATION, integer: true };
    const image = numberOption(input, 'generation', bounds);
    const text = numberOption(input, 'text-generation', bounds);
    const generations = generationsFor({
      ...(image === undefined ? {} : { image }),
      ...(text === undefined ? {} : { text }),
    });
    const began = Date.now();
    await withReindexParts(input, async (parts) => {
      const { client, aliases } = parts;
      const before = await liveIndex(client, aliases);
      const { build, resumed } = await beginBuild(parts, generations);
      const { cases } = build.names;
      input.say(resumed ? `· Going on with ${cases}` : `· ${cases} is being built`);
      let records = 0;
      const tell = progressTeller(cases, input.say);
      await untilCaughtUp(parts, build, (progress) => {
        records = progress.read;
        tell(progress);
      });
      await takeOver(client, build);
      const seconds = (Date.now() - began) / 1000;
      const old = before?.names.cases;
      if (input.json) input.print(JSON.stringify({ index: cases, before: old ?? null, records, seconds }));
      else {
        input.print(`${cases} is the index that is searched now.`);
        if (old !== undefined)
          input.print(
            `${old} is kept and fed: \`interleave index use ${old}\` goes back to it, \`interleave index drop ${old}\` drops it.`,
          );
      }
    }).catch((error: unknown) => {
      throw elasticsearchError(error);
    });
    return EXIT.ok;
  },
};
