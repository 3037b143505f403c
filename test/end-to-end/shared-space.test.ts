import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DimseSender, dicomObjectOf, proposalsFor } from '../../clients/dimse-sender.ts';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { IMAGE_VECTOR } from '../../models/image-encoder.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import type { Hit, SearchAnswer } from '../../schemas/api/answers.ts';
import { BRIGHT_WORD, DARK_WORD, writeClipPair } from '../models/support/clip-pair.ts';
import { runCli } from '../support/cli.ts';
import { dicomFile } from '../support/dicom-files.ts';
import { reportMessage } from './support/report-message.ts';

const there = process.env['INTERLEAVE_MODELS_DIR'] ?? join(projectRoot(), '.interleave/models');
const skip = existsSync(there) ? false : `the image model is not in ${there}; \`npm start\` gets it`;

/** Accession → the value of all pixels, in a window of 0 to 65,535. */
const CASES = [
  ['SPACE-BRIGHT', 60_000],
  ['SPACE-DARK', 3_000],
] as const;
/** No word of it is searched. */
const TEXT = ['FINDINGS: Normal heart size.'];

describe('a pair of encoders of a user, from its ONNX files to a search hit by its text side', {
  skip,
}, () => {
  let system: System;
  let folder: string;
  let modelsDir: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interleave-shared-space-'));
    modelsDir = join(folder, 'models');
    await writeClipPair(join(folder, 'pair'));
    await cp(join(there, IMAGE_VECTOR.name), join(modelsDir, IMAGE_VECTOR.name), { recursive: true });
    system = await System.start(['--no-feed'], { INTERLEAVE_MODELS_DIR: modelsDir });
  });
  after(async () => {
    await system?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function verb(...args: string[]): Promise<Record<string, unknown>> {
    const env = { INTERLEAVE_DATA_DIR: system.dataDir, INTERLEAVE_MODELS_DIR: modelsDir };
    const { code, stdout, stderr } = await runCli([...args, '--json'], env);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async function search(words: string): Promise<Hit[]> {
    const response = await fetch(new URL('/api/search', system.instance.page), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words, size: 50 }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return ((await response.json()) as SearchAnswer).hits;
  }

  const found = async (words: string) => (await search(words)).map(({ accession }) => accession);

  async function pictures(): Promise<string> {
    const response = await fetch(new URL('/api/status', system.instance.page));
    return ((await response.json()) as { index: { picturesByWords: string } }).index.picturesByWords;
  }

  async function send(): Promise<void> {
    const objects = await Promise.all(CASES.map(([accession, value], i) => imageOf(accession, value, i)));
    const { host, port, aeTitle } = system.instance.dicom;
    const dicom = await DimseSender.connect({
      host,
      port,
      callingAeTitle: 'E2E',
      calledAeTitle: aeTitle,
      presentationContexts: proposalsFor(objects),
    });
    for (const object of objects) assert.equal((await dicom.store(object)).status, 0);
    await dicom.release();
    const mllp = await MllpSender.connect({ ...system.instance.hl7, timeoutMs: 30_000 });
    for (const [accession] of CASES) {
      const { code } = await mllp.send(reportMessage({ accession, control: accession, text: TEXT }));
      assert.equal(code, 'AA');
    }
    await mllp.close();
  }

  test('add, promote, reembed, reindex: a word that no report has finds the picture that it means', async () => {
    const added = (await verb('models', 'add', join(folder, 'pair'))) as {
      bundles: { name: string; engines: string[] }[];
    };
    assert.deepEqual(
      added.bundles.map(({ name, engines }) => [name, engines.at(-1)]),
      [
        ['brightness-image', 'onnxruntime'],
        ['brightness-text', 'onnxruntime'],
      ],
    );
    // Before it is promoted, so that what is stored has to be embedded again.
    await send();
    await until(
      async () => (await found('heart size')).length === 2,
      60_000,
      'both cases are found by words',
    );
    assert.deepEqual(await found(BRIGHT_WORD), []);
    assert.equal(await pictures(), 'NO_SHARED_SPACE');

    for (const { name } of added.bundles) {
      await verb('models', 'promote', name);
      await verb('reembed', '--bundle', name, '--wait');
    }
    await verb('reindex', '--bundle', 'brightness-text');
    await until(
      async () => (await pictures()) === 'OTHER_IMAGE_ENCODER',
      60_000,
      'the index of one of the two',
    );
    assert.deepEqual(await found(BRIGHT_WORD), [], 'images of another encoder are not compared with words');

    await verb('reindex');
    await until(async () => (await pictures()) === 'COMPARED', 60_000, 'the index of both');
    await until(async () => (await found(BRIGHT_WORD)).length > 0, 60_000, 'a hit by its picture');
    for (const [word, accession] of [
      [BRIGHT_WORD, 'SPACE-BRIGHT'],
      [DARK_WORD, 'SPACE-DARK'],
    ] as const) {
      const [hit, ...more] = await search(word);
      assert.deepEqual([hit?.accession, more.length], [accession, 0], word);
      assert.deepEqual(
        hit?.why.legs.map(({ leg }) => leg),
        ['PICTURE'],
      );
      assert.equal(hit?.why.picture?.image, hit?.images[0]?.id);
      assert.ok((hit?.why.picture?.score ?? 0) >= 0.8);
      assert.equal(hit?.why.byMeaningOnly, true);
    }
    assert.deepEqual((await found('heart size')).sort(), ['SPACE-BRIGHT', 'SPACE-DARK'], 'words are words');
  });
});

async function imageOf(accession: string, value: number, number: number) {
  const file = await dicomFile({
    study: `1.2.826.0.1.3680043.8.498.77.${number}`,
    series: `1.2.826.0.1.3680043.8.498.77.${number}.1`,
    instance: `1.2.826.0.1.3680043.8.498.77.${number}.1.1`,
    accession,
    patientId: `${accession}-P`,
    patientName: `Testfall^${accession}`,
    frames: [[value, value, value, value]],
    more: [
      [0x00281050, 'DS', '32768'],
      [0x00281051, 'DS', '65536'],
    ],
  });
  return dicomObjectOf(file);
}
