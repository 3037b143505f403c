import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import { fetchWeights } from '../../../models/convert/fetch.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';

const there = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-weights-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const skip = existsSync(there) ? false : `the image model is not in ${there}; run models/convert/fetch.ts`;

test('what is there is not fetched again', { skip }, async () => {
  const said: string[] = [];
  const { hash } = await fetchWeights(there, (line) => said.push(line));
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /is there/);
});

for (const [what, code, environment] of [
  ['without Python', 'PREREQUISITE_MISSING', { PATH: '/nonexistent' }],
  [
    'without a registry',
    'DOWNLOAD_FAILED',
    {
      PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
      PIP_EXTRA_INDEX_URL: '',
      PIP_FIND_LINKS: '',
      PIP_RETRIES: '0',
    },
  ],
] as const)
  test(`${what} it says so in one line, and leaves nothing behind`, async () => {
    const before = { ...process.env };
    Object.assign(process.env, environment);
    try {
      await assert.rejects(
        fetchWeights(folder, () => undefined),
        (error) => {
          assert.equal(codeOf(error), code);
          assert.doesNotMatch((error as Error).message, /\n/);
          return true;
        },
      );
    } finally {
      for (const name of Object.keys(environment))
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
    }
    assert.deepEqual(await readdir(folder), []);
  });
