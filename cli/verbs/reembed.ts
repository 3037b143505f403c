import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../core/errors.ts';
import {
  askToReembed,
  FIRST_GENERATION,
  IMAGE_ENCODERS,
  type LiveGeneration,
  type ModelGenerations,
  reembedGroup,
  TEXT_ENCODERS,
} from '../../core/radiology/model-generations.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { REEMBED_POLL_MS, REEMBED_STILL_MS } from '../limits.ts';
import { allLiveModels, groupOf, liveOneCalled } from '../models/live-models.ts';
import { MODELS_DIR_OPTION, modelsDirOf } from '../models/models-folder.ts';
import { ModelRegister } from '../models/register.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave reembed [options]

Gives what is stored a vector of a bundle that is live. Of an image encoder: inference goes through all cases, reads the
images that have no vector of it from the object store and embeds them. Of a text encoder: the labeler does the same with the
reports. What comes in goes first. Each goes on where it was after a restart, and follows the cases from then on, so that
what arrived while the bundle could not be loaded is made up for.

Options:
  --bundle B        the bundle's name or hash (default: the one that was promoted last; needed where encoders of images
                    and of texts were promoted)
  --wait            say how many cases are left until it is through, and when none is looked through
  --actor NAME      who decides (default: the account that you are logged in with)
  --models-dir DIR  the folder with the bundles (default INTERLEAVE_MODELS_DIR, or .interleave/models in the checkout)
  --data-dir DIR    the data folder of the system (default .interleave/data in the checkout)
  --json            print one object: { bundle, name, generation, left }; left is null without --wait

Exit codes: 0 asked, and with --wait done; 1 it failed or is refused; 2 the command line could not be understood; 3 nothing
runs on the data folder.
`;

export const reembed: Verb = {
  name: 'reembed',
  summary: 'give stored images or reports vectors of a bundle that is live',
  help: HELP,
  options: {
    ...DATA_DIR_OPTION,
    ...MODELS_DIR_OPTION,
    bundle: { type: 'string' },
    wait: { type: 'boolean', default: false },
    actor: { type: 'string' },
  },
  async run(input) {
    const { kafkaBrokers, schemaRegistryUrl } = loadConfig(commonConfig);
    const brokers = askedInstance(input, namesBrokers())?.kafkaBrokers.split(',') ?? kafkaBrokers;
    const register = new ModelRegister({ brokers, schemaRegistryUrl });
    const { state, one } = chosen(await allLiveModels(register, modelsDirOf(input)), input.text('bundle'));
    const by = { decidedAt: Date.now(), actor: input.text('actor') ?? userInfo().username };
    const decided = askToReembed(state, one.bundle, by);
    await register.write(decided);
    const groupId = reembedGroup({ ...one, reembedAt: by.decidedAt }, groupOf(state.kind));
    let left = await register.lag(groupId);
    let moved = { at: Date.now(), least: left };
    for (let told = -1; input.flag('wait') && left > 0; left = await register.lag(groupId)) {
      if (left !== told) input.say(`· ${left} cases to look through`);
      told = left;
      if (left < moved.least) moved = { at: Date.now(), least: left };
      else if (Date.now() - moved.at > REEMBED_STILL_MS) {
        input.say(
          `! Nothing was looked through for ${REEMBED_STILL_MS / 1000} s. ${SERVICES[state.kind]} says in /readyz whether it has ${one.name}.`,
        );
        moved.at = Date.now();
      }
      await sleep(REEMBED_POLL_MS);
    }
    const { bundle, name, generation } = one;
    if (input.json)
      input.print(JSON.stringify({ bundle, name, generation, left: input.flag('wait') ? left : null }));
    else if (input.flag('wait'))
      input.print(`What is stored has vectors of ${name} (generation ${generation}).`);
    else
      input.print(
        `${SERVICES[state.kind]} goes through ${left} cases for ${name} (generation ${generation}); \`interleave models list\` says how many are left.`,
      );
    return EXIT.ok;
  },
};

/** The bundle that is called so, or the one that was promoted last, where only one kind of encoders was ever promoted. */
function chosen(
  states: readonly ModelGenerations[],
  called: string | undefined,
): { state: ModelGenerations; one: LiveGeneration } {
  if (called !== undefined) {
    const found = liveOneCalled(states, called);
    if (found !== undefined) return found;
    throw new InterleaveError('MODEL_DECISION_REFUSED', `${called} is not live: \`interleave models list\`.`);
  }
  const promoted = states.filter(({ newest }) => newest > FIRST_GENERATION);
  if (promoted.length > 1)
    throw new InterleaveError('USAGE', 'Encoders of images and of texts were promoted: say --bundle.');
  const state = promoted[0] ?? states[0];
  const one = state?.live.at(-1);
  if (state === undefined || one === undefined)
    throw new InterleaveError('MODEL_DECISION_REFUSED', 'Nothing is live: `interleave models list`.');
  return { state, one };
}

const SERVICES: Readonly<Record<string, string>> = {
  [IMAGE_ENCODERS]: 'Inference',
  [TEXT_ENCODERS]: 'The labeler',
};
