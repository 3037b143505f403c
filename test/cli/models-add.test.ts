/** `interleave models add`, which needs no running system. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeClipPair } from '../models/support/clip-pair.ts';
import { runCli } from '../support/cli.ts';

let folder: string;
let modelsDir: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-models-add-'));
  modelsDir = join(folder, 'models');
  await mkdir(modelsDir);
  await writeClipPair(join(folder, 'pair'));
});
after(() => rm(folder, { recursive: true, force: true }));

const add = (args: string[], engine = 'onnxruntime') =>
  runCli(['models', 'add', ...args, '--models-dir', modelsDir], { INTERLEAVE_ENGINE: engine });

test('a dry run says what would be added, and why not on another engine', async () => {
  const { code, stdout, stderr } = await add([join(folder, 'pair'), '--dry-run']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /brightness-image could be added .*4 numbers, .* images\/s by onnxruntime-node/);
  assert.match(stdout, /brightness-text could be added .*short texts\/s/);
  assert.match(stdout, /Both share the space [0-9a-f]{12}, floor 0\.8/);
  const refused = await add([join(folder, 'pair'), '--json'], 'wasm');
  assert.equal(refused.code, 1);
  const { error } = JSON.parse(refused.stdout) as { error: { code: string; message: string } };
  assert.equal(error.code, 'MODEL_UNSUPPORTED');
  assert.match(error.message, /INTERLEAVE_ENGINE=onnxruntime/);
  assert.deepEqual(await readdir(modelsDir), []);
});

test('it adds both under a name that is given, says what comes next, and show knows them', async () => {
  const { code, stdout, stderr } = await add([join(folder, 'pair'), '--name', 'mine']);
  assert.equal(code, 0, stderr);
  for (const name of ['mine-image', 'mine-text'])
    assert.match(stdout, new RegExp(`interleave models promote ${name}.*reembed --bundle ${name} --wait`));
  const again = await add([join(folder, 'pair'), '--name', 'mine', '--json']);
  const { bundles } = JSON.parse(again.stdout) as { bundles: { wasThere: boolean; hash: string }[] };
  assert.deepEqual(
    bundles.map(({ wasThere }) => wasThere),
    [true, true],
  );
  const shown = await runCli(['models', 'show', 'mine-text', '--json', '--models-dir', modelsDir]);
  const { hash, engines, output } = JSON.parse(shown.stdout);
  assert.deepEqual([hash, engines, output.space.floor], [bundles[1]?.hash, ['onnxruntime'], 0.8]);
});

test('what is wrong is said with its code and field', async () => {
  await writeClipPair(join(folder, 'wrong'), { image: { file: '../x' } });
  const { code, stdout } = await add([join(folder, 'wrong'), '--json']);
  assert.equal(code, 1);
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
  assert.equal(error.code, 'ENCODER_DESCRIPTION_INVALID');
  assert.match(error.message, /image\.file/);
  assert.equal((await add([])).code, 2);
});
