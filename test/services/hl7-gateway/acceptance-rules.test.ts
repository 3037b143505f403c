import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { loadConfig } from '../../../platform/process/config.ts';
import { config } from '../../../services/hl7-gateway/config.ts';
import { acceptanceRules } from '../../../services/hl7-gateway/service.ts';

test('a site table whose accession paths are no HL7 field paths stops the start, and says which one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-site-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'site.json');
  const rules = () =>
    acceptanceRules(
      loadConfig(config, {
        INTERLEAVE_SITE_FILE: file,
        INTERLEAVE_SITE_SECRET_FILE: join(folder, 'site-secret'),
        INTERLEAVE_DATA_DIR: folder,
      }),
    );
  await writeFile(join(folder, 'site-secret'), 'a secret of a site, long enough to count', { mode: 0o600 });
  for (const path of ['OBR3', 'OBR(x)-3']) {
    await writeFile(file, JSON.stringify({ accessionPaths: { A: [path] } }));
    await assert.rejects(rules(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.ok(error.message.includes(path));
      return true;
    });
  }
  await writeFile(file, JSON.stringify({ accessionPaths: { A: ['OBR-20', 'OBX(11525-3)-5'] } }));
  assert.deepEqual((await rules()).site.accessionPaths, { A: ['OBR-20', 'OBX(11525-3)-5'] });
});
