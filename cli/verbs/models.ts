import { userInfo } from 'node:os';
import { codeOf, InterleaveError } from '../../core/errors.ts';
import { MAX_VECTOR_BYTES } from '../../core/radiology/limits.ts';
import {
  type ModelGenerations,
  promote,
  retire,
  TEXT_ENCODERS,
} from '../../core/radiology/model-generations.ts';
import { type FoundBundle, findBundle, knownBundles, openBundle } from '../../models/bundle-folder.ts';
import { engineConfig } from '../../models/engines/engine-settings.ts';
import { openEngine } from '../../models/engines/open-engine.ts';
import { enginesThatOpen } from '../../models/engines/who-opens.ts';
import { openImageEncoder } from '../../models/image-encoder.ts';
import { dimsOf, type Manifest } from '../../models/manifest.ts';
import { openTextEncoder } from '../../models/sentence-encoder.ts';
import { commonConfig, loadConfig } from '../../platform/process/config.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { addBundles } from '../models/add-bundles.ts';
import {
  allLiveModels,
  asPromoted,
  liveModels,
  liveOneCalled,
  type ShownGeneration,
  shownGenerations,
} from '../models/live-models.ts';
import { manifestDiff } from '../models/manifest-diff.ts';
import { MODELS_DIR_OPTION, modelsDirOf } from '../models/models-folder.ts';
import { ModelRegister } from '../models/register.ts';
import { searchedGenerations } from '../models/searched-generation.ts';
import { askedInstance, namesBrokers } from '../up/asked-instance.ts';
import type { Verb, VerbInput } from '../verb.ts';

const HELP = `
Usage: interleave models list
       interleave models show B
       interleave models diff A B
       interleave models add FOLDER [--name NAME] [--dry-run]
       interleave models promote B [--actor NAME]
       interleave models retire B [--actor NAME]

Model bundles: folders with a manifest.json below the models folder (models/README.md), and the text encoder that comes in its
package. Encoders of images and of texts can be promoted. B is a bundle's name, its folder, or its hash or the beginning of it.

  list       the bundles, and which are live: what arrives gets a vector of each
  show       what a bundle is: kind, input, output, files, parents, data, seeds, metrics, domain, licence; and the engines
             that can open it
  diff       in what two bundles differ
  add        makes bundles of an encoder of your own: a folder with ONNX files of an image encoder, a text encoder or both, their
             tokenizer, and encoder.json, which describes them (docs/encoders.md). Both are opened in the engine that the
             services are set to and tried: two inputs that differ, the same one twice, one by one and together. Then both
             are written, or none: NAME for one encoder, NAME-image and NAME-text for two. Nothing is promoted. Refused with
             ENCODER_DESCRIPTION_INVALID, ENCODER_FILE_REFUSED, ENCODER_CHECK_FAILED, BUNDLE_NAME_TAKEN, and with
             MODEL_UNSUPPORTED where INTERLEAVE_ENGINE opens no ONNX
  promote    one more bundle is live from now on, beside the one that is. The services take it within seconds, without a
             restart. It gets a generation of its own. What is stored gets vectors of it by \`interleave reembed\`, and is
             found by them once the index is made of it: \`interleave reindex\`. Refused where stored cases would lose the
             vectors that are searched to it: a case keeps those of two generations
  retire     a bundle is live no more. Refused while the index that is searched is made of its vectors

Options:
  --name NAME       what an encoder that is added is called (default: as encoder.json says)
  --dry-run         an encoder that could be added is tried, and nothing is written
  --actor NAME      who decides (default: the account that you are logged in with)
  --models-dir DIR  the folder with the bundles (default INTERLEAVE_MODELS_DIR, or .interleave/models in the checkout)
  --data-dir DIR    the data folder of the system (default .interleave/data in the checkout)
  --json            print one object: list { modelsDir, bundles, live }; show the manifest and its engines; diff { differences };
                    add { dryRun, space, bundles: [{ name, kind, hash, engines, dims, perSecond, memoryMb, engine, wasThere }] };
                    promote and retire the decision

Exit codes: 0 done; 1 it failed or is refused; 2 the command line could not be understood; 3 nothing runs on the data folder.
`;

export const models: Verb = {
  name: 'models',
  summary: 'model bundles: list, show, compare, add, promote, retire',
  help: HELP,
  takesWords: true,
  options: {
    ...DATA_DIR_OPTION,
    ...MODELS_DIR_OPTION,
    actor: { type: 'string' },
    name: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  run(input) {
    const [what = '', ...called] = input.positionals;
    const action = ACTIONS[what];
    if (action === undefined || called.length !== action.bundles)
      throw new InterleaveError('USAGE', 'Say what to do: see `interleave models --help`.');
    return action.run(input, called);
  },
};

const ACTIONS: Record<
  string,
  { bundles: number; run(input: VerbInput, called: string[]): Promise<ExitCode> }
> = {
  list: { bundles: 0, run: list },
  show: { bundles: 1, run: (input, [called = '']) => show(input, called) },
  diff: { bundles: 2, run: (input, [one = '', other = '']) => diff(input, one, other) },
  add: { bundles: 1, run: (input, [folder = '']) => addBundles(input, folder) },
  promote: { bundles: 1, run: (input, [called = '']) => promoteBundle(input, called) },
  retire: { bundles: 1, run: (input, [called = '']) => retireBundle(input, called) },
};

async function list(input: VerbInput): Promise<ExitCode> {
  const modelsDir = modelsDirOf(input);
  const addresses = addressesOf(input);
  const [bundles, searched] = await Promise.all([
    knownBundles(modelsDir),
    searchedGenerations(addresses.elasticsearchUrl).catch(() => null),
  ]);
  let live: ShownGeneration[] | null = null;
  try {
    live = await shownGenerations(new ModelRegister(addresses), modelsDir, searched);
  } catch (error) {
    input.say(`! What is live is not known (${codeOf(error)})`);
  }
  if (input.json) input.print(JSON.stringify({ modelsDir, bundles, live }));
  else {
    for (const line of table(bundles, live)) input.print(line);
    for (const { name } of withoutBundle(bundles, live))
      input.say(`! ${name} is live, and its bundle is not in ${modelsDir}`);
  }
  return EXIT.ok;
}

async function show(input: VerbInput, called: string): Promise<ExitCode> {
  const { manifest } = await findBundle(modelsDirOf(input), called);
  const shown = { ...manifest, engines: enginesThatOpen(manifest) };
  input.print(JSON.stringify(shown, null, input.json ? undefined : 2));
  return EXIT.ok;
}

async function diff(input: VerbInput, one: string, other: string): Promise<ExitCode> {
  const modelsDir = modelsDirOf(input);
  const [a, b] = [await findBundle(modelsDir, one), await findBundle(modelsDir, other)];
  const differences = manifestDiff(a.manifest, b.manifest);
  if (input.json) input.print(JSON.stringify({ differences }));
  else if (differences.length === 0) input.print('They are the same.');
  else
    for (const { field, one: was, other: is } of differences)
      input.print(`${field}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`);
  return EXIT.ok;
}

async function promoteBundle(input: VerbInput, called: string): Promise<ExitCode> {
  const modelsDir = modelsDirOf(input);
  const { manifest } = await findBundle(modelsDir, called);
  const addresses = addressesOf(input);
  const register = new ModelRegister(addresses);
  const state = await liveModels(register, modelsDir, manifest.kind);
  await tryOut(modelsDir, manifest);
  const searched = (await searchedGenerations(addresses.elasticsearchUrl)).get(manifest.kind) ?? null;
  const decided = promote(state, asPromoted(manifest), decidedBy(input), searched);
  await register.write(decided);
  const generation = decided.live.at(-1)?.generation;
  tell(
    input,
    decided,
    `${manifest.name} is live as generation ${generation}. Next: \`interleave reembed --bundle ${manifest.name}\`, then \`interleave reindex --bundle ${manifest.name}\`.`,
  );
  return EXIT.ok;
}

/** As a service with the same settings would open it, so that a bundle that cannot work is refused here. */
async function tryOut(modelsDir: string, manifest: Manifest): Promise<void> {
  const dims = dimsOf(manifest) ?? 0;
  if (dims * 2 > MAX_VECTOR_BYTES)
    throw new InterleaveError(
      'MODEL_UNSUPPORTED',
      `${dims} numbers are more than a case keeps of one thing.`,
    );
  const bundle = await openBundle(modelsDir, manifest.hash);
  const encoder =
    manifest.kind === TEXT_ENCODERS
      ? await openTextEncoder(bundle)
      : await openImageEncoder(await openEngine(loadConfig(engineConfig)), bundle);
  await encoder.dispose();
}

async function retireBundle(input: VerbInput, called: string): Promise<ExitCode> {
  const addresses = addressesOf(input);
  const register = new ModelRegister(addresses);
  // Its folder may be gone already.
  const found = liveOneCalled(await allLiveModels(register, modelsDirOf(input)), called);
  if (found === undefined)
    throw new InterleaveError('MODEL_DECISION_REFUSED', `${called} is not live: \`interleave models list\`.`);
  const { state, one } = found;
  const decided = retire(state, one.bundle, decidedBy(input));
  if ((await searchedGenerations(addresses.elasticsearchUrl)).get(state.kind) === one.generation)
    throw new InterleaveError(
      'MODEL_DECISION_REFUSED',
      `The index that is searched is made of ${one.name} (generation ${one.generation}): reindex with another first.`,
    );
  await register.write(decided);
  tell(
    input,
    decided,
    `${one.name} is live no more; what it made stays in the cases until newer vectors replace it.`,
  );
  return EXIT.ok;
}

function tell(input: VerbInput, decided: ModelGenerations, sentence: string): void {
  input.print(input.json ? JSON.stringify(decided) : sentence);
}

function decidedBy(input: VerbInput): { decidedAt: number; actor: string } {
  return { decidedAt: Date.now(), actor: input.text('actor') ?? userInfo().username };
}

function addressesOf(input: VerbInput) {
  const { kafkaBrokers, elasticsearchUrl, schemaRegistryUrl } = loadConfig(commonConfig);
  const instance = askedInstance(input, namesBrokers());
  return {
    brokers: instance?.kafkaBrokers.split(',') ?? kafkaBrokers,
    elasticsearchUrl: instance?.elasticsearchUrl ?? elasticsearchUrl,
    schemaRegistryUrl,
  };
}

/** What arrives gets no vectors of these where the services look into the same folder. */
function withoutBundle(
  bundles: readonly FoundBundle[],
  live: readonly ShownGeneration[] | null,
): ShownGeneration[] {
  const hashes = new Set(bundles.flatMap((found) => ('manifest' in found ? [found.manifest.hash] : [])));
  return (live ?? []).filter(({ bundle }) => !hashes.has(bundle));
}

function table(bundles: readonly FoundBundle[], live: readonly ShownGeneration[] | null): string[] {
  const lines = bundles.map((found) => {
    if ('reason' in found) return `  ${found.folder.padEnd(32)} ${found.code}: ${found.reason}`;
    const { name, kind, hash, domain, licence } = found.manifest;
    const dims = dimsOf(found.manifest) ?? '';
    return `  ${name.padEnd(32)} ${kind.padEnd(14)} ${hash.slice(0, 12)}  ${String(dims).padStart(5)}  ${domain}, ${licence}`;
  });
  const states = (live ?? []).map(({ kind, generation, name, searched, reembedLeft }) => {
    const marks = [
      ...(searched === true ? ['searched'] : []),
      ...(reembedLeft === null
        ? []
        : [reembedLeft === 0 ? 'what is stored has it' : `${reembedLeft} cases to look through`]),
    ];
    return `  ${kind} generation ${generation}: ${name}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
  });
  return ['bundles', ...lines, ...(live === null ? [] : ['live', ...states])];
}
