import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCli } from '../support/cli.ts';

let dataDir = '';
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'interleave-cli-'));
});
after(() => rm(dataDir, { recursive: true, force: true }));

test('help names every verb, and every verb says its options and exit codes', async () => {
  const overview = await runCli(['--help']);
  assert.equal(overview.code, 0);
  for (const verb of [
    'up',
    'down',
    'status',
    'send',
    'search',
    'label',
    'evaluate',
    'labeler',
    'dead-letters',
    'erase',
    'recover',
  ]) {
    assert.match(overview.stdout, new RegExp(`^  ${verb} `, 'm'));
    const help = await runCli([verb, '--help']);
    assert.equal(help.code, 0);
    assert.equal(help.stderr, '');
    assert.match(help.stdout, new RegExp(`^Usage: interleave ${verb}`));
    assert.match(help.stdout, /--json/);
    assert.match(help.stdout, /Exit codes: 0/);
  }
});

test('what cannot be understood ends with 2 and says what was meant', async () => {
  for (const [args, words] of [
    [[], /Usage: interleave VERB/],
    [['fly'], /there is no verb "fly"/],
    [['up', '--wings'], /Unknown option '--wings'.*See `interleave up --help`/],
    [['up', '--rate', 'fast'], /--rate must be a number from 0\.001 to 100/],
    [['up', '--port', '70000'], /--port must be a whole number from 1 to 65535/],
    [['send', 'fax', 'x'], /interleave send hl7 FILE/],
    [['send', 'hl7', '/does/not/exist'], /There is no file/],
    [['search'], /Say what to search for/],
    [['up', 'now'], /Unexpected argument 'now'/],
    [['status', 'all'], /Unexpected argument 'all'/],
  ] as const) {
    const { code, stderr, stdout } = await runCli(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, words);
    assert.equal(stdout, '');
  }
});

test('a data folder that cannot be written is one sentence that says what to do', async () => {
  const file = join(dataDir, 'a-file');
  await writeFile(file, '');
  const { code, stderr } = await runCli(['up', '--data-dir', file]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^interleave: .*a-file cannot be written \(ENOTDIR\): .*--data-dir\. \(CONFIG_INVALID\)\n$/,
  );
});

test('what needs a running system ends with 3 without one, and tells programs as well', async () => {
  for (const verb of ['down', 'status']) {
    const { code, stderr, stdout } = await runCli([verb, '--json', '--data-dir', dataDir]);
    assert.equal(code, 3);
    assert.match(stderr, /^interleave: The system is not running\..*\(NOT_RUNNING\)\n$/);
    assert.equal(JSON.parse(stdout).error.code, 'NOT_RUNNING');
  }
  const search = await runCli(['search', 'effusion', '--url', 'http://127.0.0.1:9']);
  assert.equal(search.code, 3);
});

test('an output that a full disk does not take is said, and is no success', {
  skip: existsSync('/dev/full') ? false : 'SKIPPED: this system has no /dev/full',
}, async () => {
  const cli = join(import.meta.dirname, '..', '..', 'cli', `main${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [...process.execArgv, cli, '--help'], {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 1);
  assert.match(said, /the output could not be written \(ENOSPC\)/);
});

test('after a recovery that was cut off nothing starts, and recover needs a data folder', async () => {
  await mkdir(join(dataDir, 'recover'), { recursive: true });
  await writeFile(join(dataDir, 'recover', 'unfinished'), '');
  const up = await runCli(['up', '--data-dir', dataDir]);
  await rm(join(dataDir, 'recover'), { recursive: true });
  assert.equal(up.code, 1);
  assert.match(up.stderr, /run `npx interleave recover --data-dir .*LOG_WENT_BACK/);
  const recover = await runCli(['recover', '--json', '--data-dir', join(dataDir, 'nowhere')]);
  assert.equal(recover.code, 1);
  assert.equal(JSON.parse(recover.stdout).error.code, 'OBJECT_MISSING');
});
