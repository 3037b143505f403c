import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { adviceFor, type Situation } from '../../cli/doctor/advice.ts';
import { gpusOf, parseGpus } from '../../cli/doctor/gpu.ts';
import { type Measured, NOTHING } from '../../cli/doctor/measure.ts';
import { runCli } from '../support/cli.ts';

const by = (engine: string, kind: Measured['kind']): Measured => ({ ...NOTHING, engine, name: engine, kind });
const A100 = { name: 'NVIDIA A100', driver: '535.183.01' };
const FRESH: Situation = {
  images: by('onnxruntime', 'native'),
  texts: by('wasm', 'wasm'),
  gpus: [],
  wanted: 'auto',
  installed: { native: false, gpu: false },
  libraries: { native: false, gpu: false },
  supported: true,
  allMiniLm: false,
};
const commands = (situation: Partial<Situation>) =>
  adviceFor({ ...FRESH, ...situation }).map(({ for: part, command }) => `${part}: ${command}`);

describe('what would be faster', () => {
  it('on a fresh clone without a GPU: a GPU, another text encoder, and TensorFlow for the texts', () => {
    assert.deepEqual(commands({}), [
      'both: npm run setup:gpu',
      'texts: npm run setup:all-minilm',
      'texts: npm run setup:native',
    ]);
    assert.match(adviceFor(FRESH)[0]?.why ?? '', /no NVIDIA GPU.*driver 535/);
  });

  it('with a GPU that nothing uses: setup:gpu, first', () => {
    assert.equal(commands({ gpus: [A100] })[0], 'both: npm run setup:gpu');
  });

  it('is nothing that a command can get while the driver is too old', () => {
    const [first] = adviceFor({ ...FRESH, gpus: [{ ...A100, driver: '470.82.01' }] });
    assert.equal(first?.command, null);
    assert.match(first?.why ?? '', /470\.82\.01, and 535 or newer/);
  });

  it('is nothing where both are computed on a GPU', () => {
    const gpu = by('tfjs-node-gpu', 'gpu');
    assert.deepEqual(commands({ images: gpu, texts: gpu, gpus: [A100] }), []);
  });

  it('after `npm ci` has taken the packages away: the same command, and that it takes seconds', () => {
    const advice = adviceFor({ ...FRESH, gpus: [A100], libraries: { native: false, gpu: true } });
    assert.match(advice[0]?.why ?? '', /there already, so it takes seconds/);
  });

  it('is another engine than a slow one that was asked for by name', () => {
    const images = by('wasm', 'wasm');
    assert.ok(commands({ images, wanted: 'wasm' }).includes('images: unset INTERLEAVE_ENGINE'));
    assert.ok(commands({ images }).includes('images: npm ci'));
  });

  it('is no TensorFlow where there is no library of it for this machine', () => {
    assert.deepEqual(commands({ supported: false, gpus: [A100] }), ['texts: npm run setup:all-minilm']);
  });

  it('is the other text encoder, promoted, once it is there', () => {
    assert.ok(
      commands({ allMiniLm: true }).includes('texts: npx interleave models promote all-minilm-l6-v2'),
    );
  });
});

describe('the GPUs', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interleave-doctor-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are those that the driver names', async () => {
    const smi = join(folder, 'nvidia-smi');
    await writeFile(smi, "#!/bin/sh\necho 'NVIDIA A100, 535.183.01'\n");
    await chmod(smi, 0o755);
    assert.deepEqual(await gpusOf(smi), [A100]);
    assert.deepEqual(await gpusOf(join(folder, 'nowhere')), []);
  });

  it('are none where the driver says that it does not work', () => {
    assert.deepEqual(
      parseGpus("NVIDIA-SMI has failed because it couldn't communicate with the driver.\n"),
      [],
    );
  });

  it('do not matter to a machine without its models: doctor says what is missing, and ends with 1', async () => {
    const { code, stdout, stderr } = await runCli(
      ['doctor', '--json', '--models-dir', folder, '--data-dir', join(folder, 'data')],
      { INTERLEAVE_ENGINE: 'wasm' },
    );
    assert.equal(code, 1, stderr);
    const said = JSON.parse(stdout) as {
      images: Measured;
      texts: Measured;
      faster: { for: string; command: string }[];
      machine: { name: string; ok: boolean }[];
    };
    assert.equal(said.images.engine, 'wasm');
    assert.equal(said.images.perSecond, null);
    assert.match(said.images.problem, /MODEL_MISSING/);
    assert.ok((said.texts.perSecond ?? 0) > 1);
    assert.ok(said.faster.some(({ command }) => command === 'unset INTERLEAVE_ENGINE'));
    assert.equal(said.machine.find(({ name }) => name === 'node')?.ok, true);
  });
});
