/** The archive of years comes in through the gateways of a running system, killed and resumed, beside the live feed. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { type SimulatedCase, simulateCase } from '../../simulator/case.ts';
import { Cli, runCli } from '../support/cli.ts';
import { sendSimulatedCases } from './support/simulated-feed.ts';

const SEED = Number(process.env['INTERLEAVE_TEST_SEED'] ?? Date.now() % 100_000);
const CASES = 16;
/** One that the gateway refuses, one that is no DICOM: both are told. */
const TORN = 'torn.dcm';

describe(`an archive is imported (seed ${SEED})`, () => {
  let system: System;
  let search: SearchClient;
  let archive: string;
  let cases: SimulatedCase[];

  before(async () => {
    archive = await mkdtemp(join(tmpdir(), 'interleave-archive-'));
    cases = Array.from({ length: CASES }, (_, n) => simulateCase(SEED, n + 1));
    await writeArchive(archive, cases);
    system = await System.start(['--no-feed']);
    search = new SearchClient(system.instance.page);
  });
  after(async () => {
    await system?.stop();
    await rm(archive, { recursive: true, force: true });
  });

  const importing = (...more: string[]) => [
    'import',
    'folder',
    archive,
    '--data-dir',
    system.dataDir,
    '--json',
    ...more,
  ];

  test('it is killed in the middle and run again: every case is found once, with both sides', async () => {
    const files = objectsOf(cases);
    const first = new Cli(importing('--max-lag', '4'));
    await until(async () => (await stored()) > files / 4, 120_000, 'a part of the archive');
    first.child.kill('SIGKILL');
    await first.exit();
    const before = await stored();
    assert.ok(before < files, 'it was killed before its end');

    const refusedFile = join(archive, '..', `refused-${SEED}.jsonl`);
    const { code, stdout, stderr } = await runCli(importing('--refused', refusedFile));
    const summary = JSON.parse(stdout);
    assert.equal(code, 1, stderr);
    assert.deepEqual(summary.refused, [
      { code: 'DICOM_DATA_SET_UNREADABLE', count: 1, items: [join(archive, TORN)] },
    ]);
    const [line] = (await readFile(refusedFile, 'utf8')).trim().split('\n');
    assert.deepEqual(JSON.parse(line ?? ''), {
      item: join(archive, TORN),
      kind: 'image',
      code: 'DICOM_DATA_SET_UNREADABLE',
    });
    assert.equal((await stat(refusedFile)).mode & 0o077, 0);
    await rm(refusedFile);
    assert.equal(summary.finished, true);
    assert.equal(summary.passedOver, 1);
    assert.ok(summary.units.doneBefore > 0 && summary.units.brought > 0, stdout);

    for (const simulated of cases)
      await until(
        async () => isWhole(simulated, await search.byAccession(simulated.accession)),
        120_000,
        `case ${cases.indexOf(simulated) + 1} of ${CASES}`,
      );
    assert.equal((await search.search('', { size: 50 })).length, CASES, 'no case is there twice');
  });

  test('the same archive again sends nothing, unless it is told to', async () => {
    const before = await stored();
    const again = await runCli(importing());
    const { accepted, units, refused } = JSON.parse(again.stdout);
    assert.deepEqual([accepted, units.brought], [{ reports: 0, images: 0 }, 0], again.stderr);
    assert.deepEqual(
      [again.code, refused[0].items],
      [1, [join(archive, TORN)]],
      'what was refused is told again',
    );
    assert.equal(await stored(), before);
    const told = JSON.parse((await runCli(importing('--again'))).stdout);
    assert.equal(told.accepted.images, objectsOf(cases));
    assert.equal((await search.search('', { size: 50 })).length, CASES, 'repeats are known');
  });

  test('stopped in the middle, it ends what is under way and says how to go on', async () => {
    const state = await mkdtemp(join(tmpdir(), 'interleave-state-'));
    const cli = new Cli(importing('--max-lag', '2', '--state', state));
    const before = await stored();
    await until(async () => (await stored()) > before + 2, 120_000, 'the import has begun');
    cli.child.kill('SIGINT');
    assert.equal(await cli.exit(), 1, cli.stderr);
    const { finished, error, accepted } = JSON.parse(cli.stdout);
    assert.deepEqual([finished, error], [false, null]);
    assert.ok(accepted.images >= 2);
    assert.match(cli.stderr, /The same command goes on where it was/);
    await rm(state, { recursive: true });
  });

  test('reports of a table are filed by their own years, below what the live feed has sent', async () => {
    const table = join(archive, '..', `reports-${SEED}.csv`);
    const rows = [2013, 2014, 2015].map(
      (year) =>
        `OLD${year},"FINDINGS: Small left effusion.\nIMPRESSION: No pneumothorax.",${year}-05-06 10:00\n`,
    );
    await writeFile(table, `ACC,REPORT,DATE\n${rows.join('')},nothing,2015-01-01\n`);
    const args = ['import', 'csv', table, '--map', 'accession=ACC,text=REPORT,studiedAt=DATE', '--json'];
    const dry = await runCli([...args, '--data-dir', system.dataDir, '--dry-run']);
    assert.deepEqual(JSON.parse(dry.stdout).accepted, { reports: 3, images: 0 });
    assert.equal(await search.byAccession('OLD2013'), undefined, 'a dry run sends nothing');
    const { stdout, stderr } = await runCli([...args, '--data-dir', system.dataDir]);
    await rm(table);
    const { accepted, refused } = JSON.parse(stdout);
    assert.deepEqual(accepted, { reports: 3, images: 0 }, stderr);
    assert.deepEqual(
      refused.map(({ code, items }: { code: string; items: string[] }) => [code, items]),
      [['TABLE_ROW_UNUSABLE', [`reports-${SEED}.csv row 4: it has no accession number`]]],
    );
    await until(async () => (await search.byAccession('OLD2015')) !== undefined);
    await until(async () => (await search.byAccession('OLD2013')) !== undefined);

    await sendSimulatedCases(system.instance, SEED, [CASES + 1]);
    const live = simulateCase(SEED, CASES + 1);
    await until(
      async () => isWhole(live, await search.byAccession(live.accession)),
      120_000,
      'the live case',
    );
    const newestFirst = (await search.search('', { size: 50 })).map(({ accession }) => accession);
    assert.deepEqual(newestFirst.slice(-3), ['OLD2015', 'OLD2014', 'OLD2013']);
    const old = await search.byAccession('OLD2015');
    assert.deepEqual(
      [old?.standing, old?.flags],
      ['REPORT_ONLY', []],
      'it has waited for its images since it came',
    );
    assert.deepEqual(
      old?.findings.present.map(({ concept }) => concept),
      ['effusion'],
    );
  });

  test('no log holds a path, an accession number or a row of what was imported', () => {
    const logs = system.logs();
    for (const { accession, patient } of cases)
      for (const planted of [accession, patient.familyName, archive])
        assert.ok(!logs.includes(planted), 'logs hold what is about a patient');
    assert.ok(!logs.includes('OLD2015'));
  });

  async function stored(): Promise<number> {
    const metrics = await system.metrics('dicom-gateway');
    const counts = [...metrics.matchAll(/^interleave_dicom_objects_total\{[^}]*\} (\d+)/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }
});

function isWhole(simulated: SimulatedCase, found: Awaited<ReturnType<SearchClient['byAccession']>>): boolean {
  const report = simulated.reports.at(-1);
  return (
    found !== undefined &&
    found.status === (report?.status ?? null) &&
    found.images.filter(({ embedded, thumbnail }) => embedded && thumbnail !== null).length ===
      simulated.images.length
  );
}

function objectsOf(cases: readonly SimulatedCase[]): number {
  return cases.reduce((sum, { images, keyObject }) => sum + images.length + (keyObject === null ? 0 : 1), 0);
}

/** Images in folders of their cases, each version of a report in a batch of its year, a file that is torn, and one that is none of ours. */
async function writeArchive(folder: string, cases: readonly SimulatedCase[]): Promise<void> {
  for (const [n, { images, keyObject }] of cases.entries()) {
    const own = join(folder, `${n % 3}`, `case ${n}`, 'series');
    await mkdir(own, { recursive: true });
    const objects = [...images, ...(keyObject === null ? [] : [keyObject])];
    for (const [i, { part10 }] of objects.entries()) await writeFile(join(own, `IM${i}`), part10);
  }
  const half = Math.floor(cases.length / 2);
  for (const [n, some] of [cases.slice(0, half), cases.slice(half)].entries())
    await writeFile(
      join(folder, `reports-${n}.hl7`),
      Buffer.concat(some.flatMap(({ reports }) => reports.map(({ message }) => message))),
    );
  await writeFile(join(folder, TORN), cases[0]?.images[0]?.part10.subarray(0, 90) ?? '');
  // In the last folder: the import that is killed does not come so far.
  await writeFile(join(folder, '2', 'notes.txt'), 'nothing of ours');
}
