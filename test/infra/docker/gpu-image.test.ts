/** There is no Docker here to build it with; this holds it to what `npm start` does. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gpuEnvironment } from '../../../models/engines/gpu-environment.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';

const root = projectRoot();
const image = readFileSync(join(root, 'infra/docker/Dockerfile.gpu'), 'utf8');
const other = readFileSync(join(root, 'infra/docker/Dockerfile'), 'utf8');
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

test('the image for a GPU gives its process what `up` gives the services', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-gpu-image-'));
  t.after(() => rm(folder, { recursive: true }));
  const bin = 'nvidia/cuda_nvcc/bin';
  await mkdir(join(folder, 'node_modules/@tensorflow/tfjs-node-gpu/deps', bin), { recursive: true });
  const { PATH, ...settings } = gpuEnvironment({}, folder);
  assert.ok(PATH?.endsWith(bin));
  assert.match(image, new RegExp(`PATH=/interleave/\\.interleave/tensorflow/gpu/${bin}:\\$PATH`));
  const names = Object.keys(settings);
  assert.ok(names.length > 1);
  for (const name of names) assert.ok(image.includes(`${name}=${settings[name]}`), name);
});

test('it is the Node of the other image, and copies only what there is', () => {
  const node = /node:\d+-\w+-slim/.exec(other)?.[0] ?? 'none';
  assert.ok(image.includes(`--from=${node}`));
  const made = ['node_modules', 'build', '.interleave'];
  const copied = [...image.matchAll(/COPY --from=build \/interleave\/(\S+)/g)].map(([, path = '']) => path);
  assert.ok(copied.length > 4);
  for (const path of copied)
    assert.ok(made.some((one) => path.startsWith(one)) || existsSync(join(root, path)), path);
});

test('the profile reserves a GPU, and runs what inference runs', () => {
  const [, service = ''] = /\n {2}inference-gpu:\n([\s\S]*?)\n {2}\S/.exec(compose) ?? [];
  assert.match(service, /profiles: \[gpu\]/);
  assert.match(service, /dockerfile: infra\/docker\/Dockerfile\.gpu/);
  assert.match(service, /driver: nvidia, count: 1, capabilities: \[gpu\]/);
  const [, command = 'none'] = /\n {2}inference:\n[\s\S]*?command: (.*)/.exec(compose) ?? [];
  assert.ok(service.includes(`command: ${command}`));
});
