// `npm run setup:native` and `npm run setup:gpu`: TensorFlow.js with TensorFlow's own library, from the registries that npm
// and pip are set up with.
import { join } from 'node:path';
import { alone } from '../bootstrap/alone.mjs';
import { followNpm } from '../bootstrap/follow-npm.mjs';
import { installPackages, packagesPresent } from '../bootstrap/packages.mjs';
import { requireDisk, requireNode, requirePython } from '../bootstrap/prerequisites.mjs';
import { say, step } from '../bootstrap/progress.mjs';
import { root } from '../bootstrap/project.mjs';
import { run } from '../bootstrap/run-command.mjs';
import { failWith, SetupError } from '../bootstrap/setup-error.mjs';
import { addonPresent, buildAddon, installPackage } from './addon.mjs';
import { KINDS, peakBytes } from './kinds.mjs';
import { getLibraries, librariesPresent } from './libraries.mjs';
import { requireCompiler, requirePlatform } from './requirements.mjs';

const HELP = `Usage: npm run setup:native     (@tensorflow/tfjs-node)
       npm run setup:gpu        (@tensorflow/tfjs-node-gpu)

Installs TensorFlow.js with TensorFlow's own library, and for a GPU CUDA 12.2 and cuDNN 8.9, from the registries that npm and
pip are set up with, and compiles its addon. Needs Python 3 with pip, make and g++. One that was stopped goes on where it was.
Run it again after \`npm ci\`: the libraries stay in .interleave/tensorflow, and it takes seconds.`;

const [name, ...rest] = process.argv.slice(2);
const kind = KINDS[name];
if (kind === undefined || rest.length > 0) {
  console.log(HELP);
  process.exit(rest.includes('--help') || rest.includes('-h') ? 0 : 2);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
followNpm();
try {
  await setUp();
} catch (error) {
  failWith(error);
}

async function setUp() {
  requireNode();
  requirePlatform();
  await requirePython();
  await requireCompiler();
  await alone(async () => {
    if (!librariesPresent(kind)) {
      const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;
      say(
        `· ${kind.package}: ${gigabytes(kind.downloadBytes)} to download, ${gigabytes(kind.diskBytes)} on the disk`,
      );
      await requireDisk(root, Math.ceil(peakBytes(kind) / 1024 / 1024));
    }
    if (!packagesPresent()) await step('Installing packages with npm', installPackages);
    await step('Getting the libraries with pip', () => getLibraries(kind));
    await makeAddon();
    await step('Trying it out', tryOut);
  });
}

/** npm may put the package of the other kind in anew, which takes its addon away. */
async function makeAddon() {
  if (addonPresent(kind)) return;
  const kinds = await step(`Installing ${kind.package} with npm`, () => installPackage(kind));
  for (const one of kinds)
    if (!addonPresent(one) && librariesPresent(one))
      await step(`Compiling the addon of ${one.package}`, () => buildAddon(one));
}

/** Says what it computes on, and what it does not open. */
async function tryOut() {
  const output = await run(process.execPath, [join(import.meta.dirname, 'probe.mjs'), kind.name]).catch(
    failed,
  );
  // TensorFlow talks as well.
  const found = JSON.parse(
    output.split('\n').find((line) => line.startsWith('{"computes"')) ?? '{"cuda":[]}',
  );
  const shut = found.cuda.filter(({ opens }) => !opens);
  if (!found.computes || shut.length > 0)
    throw new SetupError(
      'ADDON_FAILED',
      `${kind.package} does not work: ${shut.map(({ reason }) => reason).join('; ') || 'it does not compute'}.`,
    );
  if (kind.name === 'gpu') say(`✓ All ${found.cuda.length} CUDA libraries open`);
  say(
    found.isUsingGpuDevice
      ? `✓ ${kind.package} computes on the GPU`
      : `✓ ${kind.package} computes on the processor${kind.name === 'gpu' ? ': it sees no GPU' : ''}`,
  );
  say('  `npx interleave doctor` says what is used now, and how fast it is');
}

function failed(error) {
  const reason = /Error: (.*)/.exec(error.output ?? '')?.[1] ?? error.message;
  throw new SetupError('ADDON_FAILED', `${kind.package} does not load: ${reason}.`, { cause: error });
}
