import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';

test('a data folder on which nothing runs is never taken for the system at the usual addresses', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-nothing-runs-'));
  t.after(() => rm(folder, { recursive: true }));
  const message = join(folder, 'report.hl7');
  await writeFile(
    message,
    'MSH|^~\\&|A|B|||20260101||ORU^R01|1|P|2.5.1\rOBR|1||2\rOBX|1|TX|X||No mass.||||||F\r',
  );
  await writeFile(join(folder, 'site-secret'), 'a secret of the test, long enough');
  for (const words of [
    ['search', 'mass'],
    ['send', 'hl7', message],
    ['dead-letters', 'list'],
    ['erase', 'f'.repeat(32), '--reason', 'a test', '--yes'],
  ]) {
    const { code, stderr } = await runCli([...words, '--data-dir', folder], { INTERLEAVE_KAFKA_BROKERS: '' });
    assert.equal(code, 3, `${words[0]}: ${stderr}`);
    assert.match(stderr, /Nothing runs on .*NOT_RUNNING/);
  }
});
