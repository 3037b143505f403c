import { takeOver } from '../../infra/elasticsearch/take-over.ts';
import { beginBuild, untilCaughtUp } from '../../infra/reindex.ts';
import { elasticsearchError } from '../../platform/elasticsearch/client.ts';
import { liveIndex } from '../../schemas/index/physical-indices.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { askedGenerations } from '../reindex/asked-generation.ts';
import { withReindexParts } from '../reindex/open-parts.ts';
import { progressTeller } from '../reindex/tell-progress.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave reindex [options]

Builds a new index from the cases on Kafka beside the one that is searched, and lets it take over when it holds them all.
Messages are taken and cases are found meanwhile. The indexer fills the new index, and goes on feeding the old one too, so
that one can go back (\`interleave index use NAME\`) until it is dropped (\`interleave index drop NAME\`).

It may be stopped and run again: it goes on with the index that is being built. A build that is not wanted any more is
dropped like any other.

Options:
  --bundle B       the model bundle whose vectors the new index takes: the name or the hash of one that is live
                   (\`interleave models list\`). Of an image encoder the text vectors stay as they are searched, of a text
                   encoder the image vectors. Default: of each kind the one that was promoted last
  --generation N   the same by the number of a generation of image vectors
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
    bundle: { type: 'string' },
    generation: { type: 'string' },
  },
  async run(input) {
    const began = Date.now();
    await withReindexParts(input, async (parts) => {
      const { client, aliases } = parts;
      const generations = await askedGenerations(input, parts);
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
