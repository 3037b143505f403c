import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { bootstrap } from '../../support/bootstrap.ts';

const { runCommand } = await bootstrap<{
  runCommand(
    command: string,
    args: string[],
    options: { log: string; code: string; sentence: string },
  ): Promise<string>;
}>('run-command.mjs');

test('a program that fails is one sentence that names its log, and the log holds no address', async () => {
  const log = join(projectRoot(), '.interleave', 'logs', 'test-run-command.log');
  const script =
    "console.log('from https://packages.example.org/a and (http://x.example/b)'); process.exit(3)";
  await assert.rejects(
    runCommand(process.execPath, ['-e', script], {
      log: 'test-run-command',
      code: 'DOWNLOAD_FAILED',
      sentence: 'It could not be fetched',
    }),
    { code: 'DOWNLOAD_FAILED', message: `It could not be fetched (details: ${log}).` },
  );
  assert.match(await readFile(log, 'utf8'), /from \(address\) and \(\(address\)\)/);
  await rm(log);
});
