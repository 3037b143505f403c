import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { askFinding, askOver } from '../../cli/label/add-finding.ts';
import { Cli, runCli } from '../support/cli.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-lexicon-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const ANSWERS = [
  'Azygos lobe',
  '',
  'lung',
  'azygos lobe|lobes',
  'accessory @nowhere fissure',
  'azygos fissure',
  '',
  'There is an azygos lobe.',
  'Clear lungs.',
  '',
  'No azygos fissure.',
  '',
  '',
];

test('add-finding: answers become a file that lints, reads its sentences and is used', async () => {
  const file = join(folder, 'site.json');
  const cli = new Cli(['labeler', 'add-finding', file]);
  cli.child.stdin?.end(`${ANSWERS.join('\n')}\n`);
  assert.equal(await cli.exit(), 0, cli.stderr);
  assert.match(cli.stdout, /^Azygos lobe is in .*site\.json/);
  assert.match(cli.stderr, /✗ .*nowhere/, 'a phrase that is not well formed is refused at once');
  assert.match(cli.stderr, /✗ reads nothing, not PRESENT/, 'a sentence that does not read so is not kept');
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
    findings: [
      {
        id: 'azygos-lobe',
        name: 'Azygos lobe',
        group: 'lung',
        terms: ['azygos lobe|lobes', 'azygos fissure'],
      },
    ],
    examples: [
      { text: 'There is an azygos lobe.', read: 'azygos-lobe PRESENT' },
      { text: 'No azygos fissure.', read: 'azygos-lobe ABSENT' },
    ],
  });
  const lint = await runCli(['labeler', 'lint', file]);
  assert.deepEqual([lint.code, lint.stdout], [0, `${file}: nothing is wrong\n`]);
  const json = await runCli(['label', '--lexicon', file, '--explain', 'No azygos lobe.', '--json']);
  assert.deepEqual(JSON.parse(json.stdout).labels.absent, ['azygos-lobe']);
});

test('lint names what is wrong; a broken file is never written over', async () => {
  const file = join(folder, 'broken.json');
  const text = JSON.stringify({
    findings: [{ id: 'x', name: 'X', group: 'lung', terms: ['ex'] }],
    examples: [{ text: 'No ex.', read: 'x PRESENT' }],
  });
  await writeFile(file, text);
  const lint = await runCli(['labeler', 'lint', file]);
  assert.equal(lint.code, 1);
  assert.match(lint.stdout, /No ex\.: reads "x ABSENT", not "x PRESENT" \[example\]/);
  const json = await runCli(['labeler', 'lint', file, '--json']);
  assert.equal(JSON.parse(json.stdout).problems[0].rule, 'example');
  const add = await runCli(['labeler', 'add-finding', file]);
  assert.equal(add.code, 1);
  assert.match(add.stderr, /LEXICON_INVALID/);
  assert.equal(await readFile(file, 'utf8'), text);

  const label = await runCli(['label', '--lexicon', file, '--explain', 'x']);
  assert.equal(label.code, 1);
  assert.match(label.stderr, /LEXICON_INVALID/);
  await writeFile(file, '{');
  assert.match((await runCli(['labeler', 'lint', file])).stderr, /is not JSON.*LEXICON_INVALID/);
  assert.equal((await runCli(['labeler', 'lint', join(folder, 'absent.json')])).code, 2);
  assert.equal((await runCli(['labeler', 'sing'])).code, 2);
});

test('who gives up writes nothing', async () => {
  const file = join(folder, 'none.json');
  const cli = new Cli(['labeler', 'add-finding', file]);
  cli.child.stdin?.end('Thing\n\n\n\n');
  assert.equal(await cli.exit(), 1);
  assert.match(cli.stderr, /Nothing was written/);
  assert.ok(!existsSync(file));
});

test('a finding of ours may be replaced, which is said', async () => {
  const input = new PassThrough();
  input.end('Scoliosis\n\n\nbent spine\n\n\n\n\n');
  const said: string[] = [];
  const { ask, close } = askOver(input, new PassThrough());
  const site = await askFinding({}, ask, (line) => said.push(line));
  close();
  assert.equal(site?.findings?.[0]?.id, 'scoliosis');
  assert.ok(said.some((line) => /is one of ours; yours will take its place/.test(line)));
});
