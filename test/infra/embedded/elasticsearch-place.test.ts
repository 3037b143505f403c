import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { elasticsearchPlace } from '../../../infra/embedded/elasticsearch-place.ts';
import { canReach, elasticsearchUser, NOBODY } from '../../../infra/embedded/unprivileged-user.ts';

async function layout() {
  const base = await mkdtemp(join(tmpdir(), 'interleave-place-'));
  await chmod(base, 0o755);
  const [home, dataDir, java] = [
    join(base, 'checkout/engines/es'),
    join(base, 'checkout/data'),
    join(base, 'java'),
  ];
  for (const folder of [join(home, 'bin'), dataDir, join(java, 'bin')])
    await mkdir(folder, { recursive: true });
  await writeFile(join(home, 'bin', 'elasticsearch'), 'program');
  return { base, home, dataDir, javaHome: java, checkout: join(base, 'checkout') };
}

test('Elasticsearch runs as nobody exactly when we are root', () => {
  assert.equal(elasticsearchUser(1000), undefined);
  assert.deepEqual(elasticsearchUser(0), NOBODY);
});

test('an ordinary user has everything in the checkout', async () => {
  const { base, home, dataDir, javaHome } = await layout();
  const place = await elasticsearchPlace({ home, dataDir, javaHome, user: undefined, log: assert.fail });
  assert.deepEqual(place, { home, folder: join(dataDir, 'elasticsearch') });
  await rm(base, { recursive: true });
});

test('as root below a private folder, program and data go where nobody can reach them, and it is said', async () => {
  const { base, checkout, home, dataDir, javaHome } = await layout();
  const sharedFolder = join(base, 'shared');
  const said: string[] = [];
  const options = {
    home,
    dataDir,
    javaHome,
    user: NOBODY,
    sharedFolder,
    log: (line: string) => said.push(line),
  };

  assert.equal((await elasticsearchPlace(options)).home, home);
  assert.deepEqual(said, []);

  await chmod(checkout, 0o700);
  const place = await elasticsearchPlace(options);
  assert.equal(await readFile(join(place.home, 'bin', 'elasticsearch'), 'utf8'), 'program');
  assert.ok(await canReach(join(place.home, 'bin'), NOBODY));
  assert.ok(place.folder.startsWith(sharedFolder) && (await stat(place.folder)).isDirectory());
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /cannot reach/);
  assert.deepEqual(await elasticsearchPlace(options), place, 'the same place at the next start');

  await rm(dataDir, { recursive: true });
  await mkdir(dataDir);
  const fresh = await elasticsearchPlace(options);
  assert.notEqual(fresh.folder, place.folder, 'a new data folder never meets an old index');
  await rm(base, { recursive: true });
});

test('a Java that nobody can reach is one sentence', async () => {
  const { base, home, dataDir, javaHome } = await layout();
  await chmod(join(javaHome), 0o700);
  await assert.rejects(elasticsearchPlace({ home, dataDir, javaHome, user: NOBODY, log: () => undefined }), {
    code: 'PREREQUISITE_MISSING',
    message: /install Java for all users, or start Interleave as an ordinary user/,
  });
  await rm(base, { recursive: true });
});
