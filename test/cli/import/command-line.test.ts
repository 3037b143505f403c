import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { IMPORT_COMMANDS } from '../../../cli/import/commands.ts';
import { importVerb } from '../../../cli/verbs/import.ts';
import { oru } from '../../services/hl7-gateway/gateway.ts';
import { runCli } from '../../support/cli.ts';

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'interleave-import-'));
  t.after(() => rm(made, { recursive: true }));
  return made;
}

test('every way to import is in the help, with its own options', () => {
  for (const { name, usage, options } of IMPORT_COMMANDS) {
    assert.ok(importVerb.help.includes(`interleave import ${usage}`), name);
    for (const option of Object.keys(options)) assert.ok(importVerb.help.includes(`--${option}`), option);
  }
});

test('an option that several ways have is of one kind', () => {
  const all = IMPORT_COMMANDS.flatMap(({ options }) => Object.keys(options));
  const shared = all.filter((option, at) => all.indexOf(option) !== at);
  for (const option of shared) {
    const kinds = new Set(IMPORT_COMMANDS.flatMap(({ options }) => options[option]?.type ?? []));
    assert.equal(kinds.size, 1, `--${option} means two things`);
  }
});

test('a command line that cannot be understood says why, and nothing is made', async (t) => {
  const archive = await folder(t);
  const wrong: [string[], RegExp][] = [
    [['import'], /Say what to import/],
    [['import', 'tape', archive], /Say what to import/],
    [['import', 'folder'], /Say which folder/],
    [['import', 'folder', join(archive, 'nowhere')], /no folder or file/],
    [['import', 'folder', archive, '--map', 'accession=A'], /--map belongs to `interleave import csv`/],
    [['import', 'csv', archive], /--map/],
    [['import', 'folder', archive, '--max-lag', '0'], /--max-lag/],
    [['import', 'folder', archive, '--hl7-to', 'somewhere'], /--hl7-to must be HOST:PORT/],
  ];
  for (const [args, reason] of wrong) {
    const { code, stderr } = await runCli([...args, '--state', join(archive, 'state')]);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, reason);
  }
});

test('a data folder on which nothing runs is told, not waited for', async (t) => {
  const archive = await folder(t);
  const { code, stderr } = await runCli(['import', 'folder', archive, '--data-dir', join(archive, 'data')]);
  assert.equal(code, 3, stderr);
});

test('a dry run needs no system: it counts, and names what could not be sent', async (t) => {
  const archive = await folder(t);
  await writeFile(join(archive, 'good.hl7'), oru('C1'));
  await writeFile(join(archive, 'torn.dcm'), 'nothing');
  const refused = join(archive, '..', `refused-${process.pid}.jsonl`);
  t.after(() => rm(refused, { force: true }));
  const { code, stdout, stderr } = await runCli([
    'import',
    'folder',
    archive,
    '--dry-run',
    '--refused',
    refused,
  ]);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^1 reports and 0 images could be sent/);
  assert.match(stdout, /✗ 1 refused: DICOM_DATA_SET_UNREADABLE \(.+\)\n +\/.*torn\.dcm/);
  assert.equal((await readFile(refused, 'utf8')).trim().split('\n').length, 1);
});

test('a dry run over a table that lacks a column names it, and does not say that anything goes on', async (t) => {
  const table = join(await folder(t), 'reports.csv');
  await writeFile(table, 'ACC,DATE\nA1001,2015-01-01\n');
  const map = 'accession=ACC,text=REPORT,studiedAt=DATE';
  const { code, stderr } = await runCli(['import', 'csv', table, '--map', map, '--dry-run']);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /REPORT.*\(TABLE_UNREADABLE\)\n· It is not through\.\n$/);
});
