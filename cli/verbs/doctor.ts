import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { engineConfig } from '../../models/engines/engine-settings.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { loadConfig } from '../../platform/process/config.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { type Advice, adviceFor } from '../doctor/advice.ts';
import { type Check, checkMachine } from '../doctor/checks.ts';
import { gpusOf } from '../doctor/gpu.ts';
import { type Measured, measure } from '../doctor/measure.ts';
import { EXIT } from '../exit-codes.ts';
import { MEASURE_MS } from '../limits.ts';
import { MODELS_DIR_OPTION, modelsDirOf } from '../models/models-folder.ts';
import type { Verb } from '../verb.ts';

const HELP = `
Usage: interleave doctor [options]

Says what computes images and texts on this machine: which engine, why not a better one, and how fast it was just now
(${MEASURE_MS / 1000} s each, the model alone, without reading files). Then what would be faster, with the command that gets it, and
whether this machine has what a start needs. It changes nothing; a running system goes on, and makes the figures smaller.
\`npm run bench -- inference\` measures every engine, from DICOM bytes to vector.

Options:
  --data-dir DIR    the data folder (default .interleave/data in the checkout)
  --models-dir DIR  the models folder (default .interleave/models in the checkout)
  --json            print one object: { images, texts, gpus, faster, machine }; images and texts are
                    { engine, name, kind, perSecond, batch, firstMs, reasons, problem }, faster is
                    [{ for, engine, why, command }], machine is [{ name, ok, needed, detail }]

Exit codes: 0 both are computed, and nothing is missing that a start needs; 1 something is missing; 2 the command
line could not be understood.
`;

/** What `npm run setup:all-minilm` makes. */
const ALL_MINILM = 'all-minilm-l6-v2';

export const doctor: Verb = {
  name: 'doctor',
  summary: 'say what computes here, how fast, what would be faster, and what is missing',
  help: HELP,
  options: { ...DATA_DIR_OPTION, ...MODELS_DIR_OPTION },
  async run(input) {
    const modelsDir = modelsDirOf(input);
    const isThere = (bundle: string) => existsSync(join(modelsDir, bundle, 'manifest.json'));
    const modelsThere = isThere(IMAGE_VECTOR.name);
    const { engine: wanted } = loadConfig(engineConfig);
    const [machine, gpus] = await Promise.all([checkMachine(dataDirOf(input), modelsThere), gpusOf()]);
    // One after the other: they would share the processor.
    input.say('· Measuring images …');
    const images = await measure('images', modelsDir);
    input.say('· Measuring texts …');
    const texts = await measure('texts', modelsDir);
    const faster = adviceFor({ images, texts, gpus, wanted, allMiniLm: isThere(ALL_MINILM), ...native() });
    if (input.json) input.print(JSON.stringify({ images, texts, gpus, faster, machine }));
    else for (const line of table(images, texts, faster, machine)) input.print(line);
    const works = images.problem === '' && texts.problem === '';
    return works && machine.every(({ ok, needed }) => ok || !needed) ? EXIT.ok : EXIT.failed;
  },
};

/** What `setup:native` and `setup:gpu` have left on this machine. */
function native() {
  const isThere = (...path: string[]) => existsSync(join(projectRoot(), ...path));
  return {
    supported: process.platform === 'linux' && process.arch === 'x64',
    installed: {
      native: isThere('node_modules', '@tensorflow', 'tfjs-node'),
      gpu: isThere('node_modules', '@tensorflow', 'tfjs-node-gpu'),
    },
    libraries: {
      native: isThere('.interleave', 'tensorflow', 'native'),
      gpu: isThere('.interleave', 'tensorflow', 'gpu'),
    },
  };
}

function table(images: Measured, texts: Measured, faster: Advice[], machine: Check[]): string[] {
  return [
    ...described('images', images, 'images/s'),
    ...described('texts', texts, 'sentences/s'),
    faster.length === 0 ? 'faster   nothing that is known here' : 'faster',
    ...faster.map(
      (one) =>
        `  ${one.for === 'both' ? 'images and texts' : one.for} by ${one.engine}: ${one.why}${one.command === null ? '' : `. ${one.command}`}`,
    ),
    'machine',
    ...machine.map(({ name, ok, needed, detail }) =>
      `  ${name.padEnd(8)} ${ok ? 'ok' : needed ? 'MISSING' : 'missing'}  ${detail}`.trimEnd(),
    ),
  ];
}

function described(part: string, measured: Measured, unit: string): string[] {
  const { name, kind, perSecond, batch, firstMs, reasons, problem } = measured;
  const speed =
    perSecond === null
      ? `not measured: ${problem}`
      : `${Math.round(perSecond)} ${unit}, ${batch} at once; the first after ${Math.round(firstMs ?? 0)} ms`;
  const what =
    name === null ? 'nothing opens' : `${name}, ${kind === 'gpu' ? 'on the GPU' : 'on the processor'}`;
  return [`${part.padEnd(8)} ${what}: ${speed}`, ...reasons.map((reason) => `  not ${reason}`)];
}
