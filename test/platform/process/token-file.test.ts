import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureActToken } from '../../../infra/act-token.ts';
import { MAX_TOKEN_BYTES, MIN_TOKEN_BYTES, readTokenFile } from '../../../platform/process/token-file.ts';

test('the token that a first start makes can be used, is for us alone, and stays', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-token-'));
  t.after(() => rm(folder, { recursive: true }));
  await ensureActToken(folder);
  const file = join(folder, 'act-token');
  const token = await readTokenFile(file);
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await ensureActToken(folder);
  assert.equal(await readTokenFile(file), token);
});

test('a token has a least and a largest length', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-token-'));
  t.after(() => rm(folder, { recursive: true }));
  const read = async (bytes: number) => {
    const file = join(folder, `of-${bytes}`);
    await writeFile(file, 'x'.repeat(bytes), { mode: 0o600 });
    return (await readTokenFile(file)).length;
  };
  assert.equal(await read(MIN_TOKEN_BYTES), MIN_TOKEN_BYTES);
  assert.equal(await read(MAX_TOKEN_BYTES), MAX_TOKEN_BYTES);
  for (const bytes of [0, MIN_TOKEN_BYTES - 1, MAX_TOKEN_BYTES + 1])
    await assert.rejects(read(bytes), { code: 'ACT_TOKEN_UNUSABLE' }, String(bytes));
});
