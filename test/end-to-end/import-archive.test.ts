/** A PACS (Orthanc) is imported into a running system: by C-MOVE to its gateway, by C-GET, and by DICOMweb. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { noOrthanc, Orthanc } from '../../harness/orthanc.ts';
import { SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { type SimulatedCase, simulateCase } from '../../simulator/case.ts';
import { runCli } from '../support/cli.ts';

const SEED = Number(process.env['INTERLEAVE_TEST_SEED'] ?? Date.now() % 100_000);
/** cases of each way of bringing them */
const CASES = 3;
const USER = { name: 'importer', password: 'of-this-test-only' };

describe(`a PACS is imported (seed ${SEED})`, { skip: noOrthanc }, () => {
  let system: System;
  let search: SearchClient;
  let orthanc: Orthanc;
  let folder: string;
  let held: SimulatedCase[] = [];

  before(async () => {
    system = await System.start(['--no-feed']);
    search = new SearchClient(system.instance.page);
    const { aeTitle, port } = system.instance.dicom;
    orthanc = await Orthanc.start({ user: USER, knows: { [aeTitle]: port } });
    folder = await mkdtemp(join(tmpdir(), 'interleave-import-'));
  });
  after(async () => {
    await orthanc?.stop();
    await system?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** More cases come to the archive; resolves to them. */
  async function add(): Promise<SimulatedCase[]> {
    const cases = Array.from({ length: CASES }, (_, n) => simulateCase(SEED, held.length + n + 1));
    for (const one of cases) for (const { part10 } of objectsOf(one)) await orthanc.add(part10);
    held = [...held, ...cases];
    return cases;
  }

  async function imported(...args: string[]) {
    const { code, stdout, stderr } = await runCli([
      'import',
      ...args,
      '--data-dir',
      system.dataDir,
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const { accepted, refused, units } = JSON.parse(stdout);
    assert.deepEqual(refused, []);
    assert.deepEqual(units.left, []);
    return { images: accepted.images, brought: units.brought, doneBefore: units.doneBefore };
  }

  const found = async (cases: readonly SimulatedCase[]) => {
    for (const { accession, images } of cases)
      await until(
        async () => (await search.byAccession(accession))?.images.length === images.length,
        120_000,
        `the images of case ${accession}`,
      );
  };
  const pacs = () => [
    'pacs',
    '--host',
    '127.0.0.1',
    '--port',
    String(orthanc.port),
    '--pacs-title',
    orthanc.aeTitle,
  ];

  for (const [name, how] of [
    ['C-MOVE to the gateway', () => ['--move-to', system.instance.dicom.aeTitle]],
    ['C-GET', () => ['--get']],
  ] as const)
    test(`by ${name}: every case is found, and the second import sends nothing`, async () => {
      const before = held.length;
      const cases = await add();
      const first = await imported(...pacs(), ...how());
      assert.deepEqual(first, { images: countOf(cases), brought: CASES, doneBefore: before });
      await found(cases);
      const second = await imported(...pacs(), ...how());
      assert.deepEqual(second, { images: 0, brought: 0, doneBefore: held.length });
    });

  test('by DICOMweb with a token of a file: the studies that the PACS sent are known', async () => {
    const cases = await add();
    const file = join(folder, 'token');
    await writeFile(file, `Basic ${Buffer.from(`${USER.name}:${USER.password}`).toString('base64')}\n`);
    await chmod(file, 0o600);
    const first = await imported('dicomweb', orthanc.dicomweb, '--token-file', file);
    assert.deepEqual(first, { images: countOf(cases), brought: CASES, doneBefore: held.length - CASES });
    await found(cases);
    assert.equal((await search.search('', { size: 50 })).length, held.length, 'no case is there twice');
  });

  test('no log holds an accession number, a name, a UID or the token', () => {
    const logs = system.logs();
    for (const one of held)
      for (const planted of [
        one.accession,
        one.patient.familyName,
        ...one.images.map((image) => image.sopInstanceUid),
      ])
        assert.ok(!logs.includes(planted), 'logs hold what is about a patient');
    assert.ok(!logs.includes(USER.password));
  });
});

function objectsOf({ images, keyObject }: SimulatedCase) {
  return [...images, ...(keyObject === null ? [] : [keyObject])];
}

function countOf(cases: readonly SimulatedCase[]): number {
  return cases.reduce((sum, one) => sum + objectsOf(one).length, 0);
}
