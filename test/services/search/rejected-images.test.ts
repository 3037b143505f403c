import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../../../harness/until.ts';
import type { CaseView, SearchAnswer, SimilarAnswer } from '../../../schemas/api/answers.ts';
import { MAX_EXCLUDED_IMAGES } from '../../../services/search/limits.ts';
import { ShownImages } from '../../../services/search/view/shown-images.ts';
import { caseFixture, sha256, vectorOf } from '../../support/case-fixture.ts';
import {
  DicomWebSite,
  FRAMES,
  instance,
  OTHER_STUDY,
  PLAIN,
  SERIES,
  STUDY,
} from './dicomweb/dicomweb-site.ts';
import { SearchSite } from './search-site.ts';

const JSON_TYPE = { accept: 'application/dicom+json' };

/** The index holds everything: neither joiner nor indexer runs here. */
describe('a registered rejection is gone from every DICOMweb route by itself', () => {
  let site: DicomWebSite;
  const status = async (path: string, headers: Record<string, string> = { accept: '*/*' }) => {
    const response = await site.get(path, headers);
    await response.arrayBuffer();
    return response.status;
  };
  const found = async (path: string) => {
    const response = await site.get(path, JSON_TYPE);
    assert.equal(response.status, 200, path);
    return (await response.json()) as Record<string, { Value: unknown[] }>[];
  };
  const ROUTES = (uid: string) => [
    instance(uid),
    `${instance(uid)}/metadata`,
    `${instance(uid)}/frames/1`,
    `${instance(uid)}/rendered`,
    `${instance(uid)}/frames/1/rendered`,
    `${instance(uid)}/thumbnail`,
    `${instance(uid)}/frames/1/thumbnail`,
    `${instance(uid)}/bulkdata/7FE00010`,
    `${instance(uid)}/bulkdata/00420011`,
  ];

  before(async () => {
    site = await DicomWebSite.open();
    for (const path of ROUTES(PLAIN)) assert.equal(await status(path), 200, path);
    await site.search.reject(PLAIN);
    await until(async () => (await status(`${instance(PLAIN)}`)) === 404, 10_000, 'the rejection');
  });
  after(() => site.close());

  it('WADO of the instance: itself, metadata, frames, rendered, thumbnail, bulk data', async () => {
    for (const path of ROUTES(PLAIN)) assert.equal(await status(path), 404, path);
    assert.equal(await status(instance(FRAMES)), 200, 'its neighbour is there');
  });

  it('WADO of its series and its study', async () => {
    for (const path of [`/studies/${STUDY}`, `/studies/${STUDY}/series/${SERIES}`]) {
      const all = await found(`${path}/metadata`);
      const uids = all.map((one) => one['00080018']?.Value[0]);
      assert.ok(uids.includes(FRAMES) && !uids.includes(PLAIN), path);
      const objects = await site.get(path, { accept: 'multipart/related; type="application/dicom"' });
      const body = Buffer.from(await objects.arrayBuffer());
      const file = site.files.get(PLAIN);
      assert.ok(file !== undefined && !body.includes(file.subarray(132)), path);
      assert.equal(await status(`${path}/thumbnail`), 200, path);
    }
  });

  it('QIDO of instances, series and studies, with what it counts', async () => {
    const instances = await found(`/studies/${STUDY}/series/${SERIES}/instances`);
    assert.ok(!instances.some((one) => one['00080018']?.Value[0] === PLAIN));
    assert.deepEqual(await found(`/instances?SOPInstanceUID=${PLAIN}`), []);
    const [series] = await found(`/series?SeriesInstanceUID=${SERIES}`);
    assert.equal(series?.['00201209']?.Value[0], instances.length);
    const [study] = await found(`/studies?StudyInstanceUID=${STUDY}`);
    assert.equal(study?.['00201208']?.Value[0], 4);
  });

  it('a study whose only image is rejected is not found', async () => {
    assert.equal((await found(`/studies?StudyInstanceUID=${OTHER_STUDY}`)).length, 1);
    await site.search.reject(`${OTHER_STUDY}.1.1`);
    await until(async () => (await status(`/studies/${OTHER_STUDY}`)) === 404, 10_000, 'the rejection');
    assert.deepEqual(await found(`/studies?StudyInstanceUID=${OTHER_STUDY}`), []);
    assert.deepEqual(await found(`/series?StudyInstanceUID=${OTHER_STUDY}`), []);
    assert.equal(await status(`/studies/${OTHER_STUDY}/thumbnail`), 404);
  });
});

describe('a registered rejection is gone from the page by itself', () => {
  const ID = sha256('REJ1').slice(0, 32);
  const OTHER = sha256('REJ2').slice(0, 32);
  const [BAD, GOOD, ALIKE] = ['1.2.7.1', '1.2.7.2', '1.2.7.3'];
  const picture = Buffer.from('a picture');
  let site: SearchSite;
  let base = '';
  const get = (path: string) => fetch(`${base}${path}`);
  const json = async <T>(path: string): Promise<T> => (await (await get(path)).json()) as T;
  const search = async () => {
    const response = await fetch(`${base}/api/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words: 'REJ1' }),
    });
    return (await response.json()) as SearchAnswer;
  };
  const thumbnailOf = (uid: string) => `/api/cases/${ID}/images/${sha256(uid)}/thumbnail`;
  const imagesOf = async () => (await json<{ case: CaseView }>(`/api/cases/${ID}`)).case.images;

  before(async () => {
    site = await SearchSite.open();
    const same = vectorOf('alike', 1_280);
    const made = [
      caseFixture({
        accession: 'REJ1',
        images: [
          { change: { sopInstanceUid: BAD }, vector: same },
          { change: { sopInstanceUid: GOOD }, vector: vectorOf('other', 1_280) },
        ],
      }),
      caseFixture({
        accession: 'REJ2',
        reports: [],
        images: [{ change: { sopInstanceUid: ALIKE }, vector: same }],
      }),
    ];
    const thumbnail = await site.objects.put([ID, OTHER], picture, 'image/jpeg');
    for (const one of made)
      for (const image of one.images) for (const frame of image.frames) frame.thumbnail = thumbnail;
    await site.indices.putCases(made);
    base = await site.start({ INTERLEAVE_SEARCH_RATE_PER_SECOND: '1000' });
  });
  after(() => site.close());

  it('while nothing is rejected it is all there', async () => {
    assert.equal((await imagesOf()).length, 2);
    assert.equal((await search()).hits[0]?.images.length, 2);
    const { hits } = await json<SimilarAnswer>(`/api/cases/${ID}/similar?by=image`);
    assert.deepEqual(
      hits.map(({ id }) => id),
      [OTHER],
    );
  });

  it('case view, hits and likeness leave it out, in either direction', async () => {
    await site.reject(ALIKE);
    await until(
      async () => (await json<SimilarAnswer>(`/api/cases/${ID}/similar?by=image`)).hits.length === 0,
      10_000,
      'the other case, alike by a rejected image only',
    );
    const { tag } = (await json<{ case: CaseView }>(`/api/cases/${ID}`)).case;
    await site.reject(BAD);
    await until(async () => (await imagesOf()).length === 1, 10_000, 'the rejection');
    const seen = await fetch(`${base}/api/cases/${ID}`, { headers: { 'if-none-match': `"${tag}"` } });
    assert.equal(seen.status, 200, 'a page that shows it is told that the case has changed');
    const [hit] = (await search()).hits;
    assert.equal(hit?.images.length, 1);
    assert.equal(hit?.imageCount, 1);
  });

  it('its thumbnail is not served', async () => {
    await site.reject(GOOD);
    await until(async () => (await imagesOf()).length === 0, 10_000, 'the rejection');
    const thumbnail = sha256(picture.toString());
    assert.equal((await get(`/api/cases/${ID}/images/${thumbnail}/thumbnail`)).status, 404);
    assert.equal((await get(thumbnailOf(BAD))).status, 404);
  });
});

describe('before the register was read', () => {
  it('no image is served, with a code; words are searched, and the page is told why it has no picture', async () => {
    const site = await SearchSite.open();
    try {
      const id = sha256('UNREAD').slice(0, 32);
      const made = caseFixture({ accession: 'UNREAD', images: [{}] });
      const thumbnail = await site.objects.put(id, Buffer.from('a picture'), 'image/jpeg');
      for (const image of made.images) for (const frame of image.frames) frame.thumbnail = thumbnail;
      await site.indices.putCases([made]);
      const base = await site.start({ INTERLEAVE_KAFKA_BROKERS: '127.0.0.1:1' }, { untilReady: false });
      assert.equal(site.context.ready.describe()[site.register]?.ok, false);
      const study = made.images[0]?.received.studyInstanceUid;
      for (const path of [
        `/api/cases/${id}/images/${thumbnail.sha256}/thumbnail`,
        `/dicom-web/studies/${study}`,
        `/dicom-web/studies/${study}/metadata`,
        `/dicom-web/studies/${study}/thumbnail`,
        `/dicom-web/instances`,
      ]) {
        const response = await fetch(`${base}${path}`);
        assert.equal(response.status, 503, path);
        const { error } = (await response.json()) as { error: { code: string } };
        assert.equal(error.code, 'REJECTIONS_UNREAD', path);
      }
      const { case: view } = (await (await fetch(`${base}/api/cases/${id}`)).json()) as { case: CaseView };
      assert.deepEqual(
        view.images.map(({ thumbnail, problem }) => [thumbnail, problem]),
        [[null, 'REJECTIONS_UNREAD']],
      );
    } finally {
      await site.close();
    }
  });

  it('MAX_EXCLUDED_IMAGES: a query names those that were rejected last', () => {
    const shown = new ShownImages(() => true);
    const count = 2 * MAX_EXCLUDED_IMAGES + 10;
    for (let i = 0; i < count; i++)
      shown.add({ sopInstanceUid: `1.${i}`, noteUid: '1.9', titleCode: '113001', rejectedAt: i });
    assert.equal(shown.excluded.length, MAX_EXCLUDED_IMAGES);
    assert.equal(shown.excluded.at(-1), `1.${count - 1}`);
    assert.equal(shown.isShown('1.0'), false, 'the others are not shown either');
  });
});
