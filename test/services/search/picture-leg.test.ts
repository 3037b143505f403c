/** Words compared with images, where both encoders of the index share a space. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LiveGeneration } from '../../../core/radiology/model-generations.ts';
import { until } from '../../../harness/until.ts';
import { addEncoders } from '../../../models/add/add-encoders.ts';
import { DEFAULT_ENGINE } from '../../../models/engines/engine-settings.ts';
import { openEngine } from '../../../models/engines/open-engine.ts';
import type { Manifest } from '../../../models/manifest.ts';
import type { Hit, SearchAnswer } from '../../../schemas/api/answers.ts';
import { BRIGHT_WORD, writeClipPair } from '../../models/support/clip-pair.ts';
import { caseFixture, sha256, unitVector } from '../../support/case-fixture.ts';
import { SearchSite } from './search-site.ts';

/** Accession → the report, and how bright each image is, from -1 to 1. */
const CASES: Record<string, [report: string, images: number[]]> = {
  BRIGHT: ['FINDINGS: Left pneumothorax.', [-0.9, 0.9]],
  DENIED: ['FINDINGS: No pneumothorax.', [0.9]],
  MEDIUM: ['FINDINGS: Left pneumothorax.', [0.2]],
  DARK: ['FINDINGS: Left pneumothorax.', [-0.9]],
  REJECTED: ['FINDINGS: Cardiomegaly.', [0.8]],
};
const REJECTED_UID = '1.2.826.0.1.3680043.8.498.77.9';

describe('words beside images', () => {
  let folder: string;
  let site: SearchSite;
  let base: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interleave-picture-'));
    const modelsDir = join(folder, 'models');
    await mkdir(modelsDir);
    await writeClipPair(join(folder, 'pair'));
    const { bundles } = await addEncoders(join(folder, 'pair'), {
      modelsDir,
      dryRun: false,
      openEngine: () => openEngine({ ...DEFAULT_ENGINE, engine: 'onnxruntime' }),
    });
    const [image, text] = bundles.map(({ manifest }) => live(manifest));
    assert.ok(image !== undefined && text !== undefined);
    site = await SearchSite.open({ image: [image], text: [text] });
    await site.indices.putCases(
      Object.entries(CASES).map(([accession, [report, images]]) =>
        caseFixture({
          accession,
          caseId: sha256(accession).slice(0, 32),
          reports: [report],
          images: images.map((brightness) => ({
            vector: unitVector(Float32Array.of(brightness, 0.5, 0, 0), 2),
            change: accession === 'REJECTED' ? { sopInstanceUid: REJECTED_UID } : {},
          })),
        }),
      ),
    );
    base = await site.start({ INTERLEAVE_MODELS_DIR: modelsDir });
  });
  after(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function search(words: string): Promise<Hit[]> {
    const response = await fetch(`${base}/api/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return ((await response.json()) as SearchAnswer).hits;
  }
  const accessions = (hits: readonly Hit[]) => hits.map(({ accession }) => accession).sort();

  it('a word that no report has finds the images that it means, above the floor, and says which', async () => {
    const hits = await search(BRIGHT_WORD);
    assert.deepEqual(accessions(hits), ['BRIGHT', 'DENIED', 'REJECTED']);
    const bright = hits.find(({ accession }) => accession === 'BRIGHT');
    assert.deepEqual(
      bright?.why.legs.map(({ leg }) => leg),
      ['PICTURE'],
    );
    assert.deepEqual([bright?.why.byMeaningOnly, bright?.why.image], [true, null]);
    const image = bright?.images.find(({ id }) => id === bright.why.picture?.image);
    assert.equal(image?.instanceNumber, 2, 'the nearest of the case');
    assert.equal(bright?.images[0]?.id, image?.id, 'the card shows the image that was meant');
  });

  it('a report that denies what was asked is not found by its picture', async () => {
    const hits = await search(`pneumothorax ${BRIGHT_WORD}`);
    assert.deepEqual(accessions(hits), ['BRIGHT', 'DARK', 'MEDIUM']);
    assert.equal(hits[0]?.accession, 'BRIGHT', 'among those that have it the picture ranks');
    assert.ok(hits.every(({ why }) => !why.byMeaningOnly));
  });

  it('an image that was rejected brings no case', async () => {
    await site.reject(REJECTED_UID);
    await until(
      async () => !accessions(await search(BRIGHT_WORD)).includes('REJECTED'),
      10_000,
      'the rejection is known',
    );
    assert.deepEqual(accessions(await search(BRIGHT_WORD)), ['BRIGHT', 'DENIED']);
    assert.deepEqual(accessions(await search('cardiomegaly')), ['REJECTED'], 'its report is found');
  });

  it('the status says that words are compared with images', async () => {
    const { index } = (await (await fetch(`${base}/api/status`)).json()) as {
      index: { picturesByWords: string };
    };
    assert.equal(index.picturesByWords, 'COMPARED');
  });
});

function live({ hash, name, output }: Manifest): LiveGeneration {
  assert.equal(output.gives, 'vector');
  const dims = output.gives === 'vector' ? output.dims : 0;
  return { bundle: hash, name, generation: 2, dims, reembedAt: 0 };
}
