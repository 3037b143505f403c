import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonDataSet } from '../../../../core/dicomweb/json-model.ts';
import { dicomJson } from '../../../../core/dicomweb/json-text.ts';
import { CaseIndex } from '../../../../services/search/retrieval/case-index.ts';
import { ShownImages } from '../../../../services/search/view/shown-images.ts';
import {
  BIG,
  DEFLATED,
  DicomWebSite,
  FRAMES,
  json,
  OTHER_STUDY,
  PLAIN,
  SERIES,
  STUDY,
} from './dicomweb-site.ts';

describe('searching (QIDO-RS)', () => {
  let site: DicomWebSite;

  before(async () => {
    site = await DicomWebSite.open();
  });

  after(() => site.close());

  const get = (path: string, headers: Record<string, string> = {}) => site.get(path, headers);

  it('lists studies, the newest first, and nothing that is withheld', async () => {
    const studies = await site.viewer.searchForStudies();
    assert.deepEqual(studies.map((study) => study['0020000D']?.Value?.[0]).sort(), [STUDY, OTHER_STUDY]);
  });

  it('describes a study whole, whatever of it was asked for', async () => {
    const [study] = await json(await get('/studies?ModalitiesInStudy=CR'));
    assert.deepEqual(study?.['00080061'], { vr: 'CS', Value: ['CR', 'DX'] });
    assert.deepEqual(study?.['00201206']?.Value, [2]);
    assert.deepEqual(study?.['00201208']?.Value, [5]);
    assert.deepEqual(study?.['00100010']?.Value, [{ Alphabetic: 'Testfall^Jürgen' }]);
    assert.deepEqual(study?.['00081190']?.Value, [`${site.base}/studies/${STUDY}`]);
  });

  const found: Record<string, string[]> = {
    'AccessionNumber=DW2': [OTHER_STUDY],
    'AccessionNumber=dw*': [STUDY, OTHER_STUDY],
    'AccessionNumber=DW9': [],
    'StudyDate=20230101': [OTHER_STUDY],
    'StudyDate=20240101-': [STUDY],
    'StudyDate=-20231231': [OTHER_STUDY],
    'StudyDate=20230101-20240517': [STUDY, OTHER_STUDY],
    'ModalitiesInStudy=US,MR': [OTHER_STUDY],
    [`StudyInstanceUID=${STUDY}`]: [STUDY],
    [`0020000D=${STUDY},${OTHER_STUDY}`]: [STUDY, OTHER_STUDY],
    'StudyDescription=sch*': [STUDY, OTHER_STUDY],
  };
  for (const [query, uids] of Object.entries(found))
    it(`matches ${query}`, async () => {
      const studies = await json(await get(`/studies?${query}`));
      assert.deepEqual(studies.map((study) => study['0020000D']?.Value?.[0]).sort(), uids.sort());
    });

  it('lists the series of a study, and the instances of a series, by their numbers', async () => {
    const series = await site.viewer.searchForSeries({ studyInstanceUID: STUDY });
    assert.deepEqual(
      series.map((one) => [
        one['00200011']?.Value?.[0],
        one['00080060']?.Value?.[0],
        one['00201209']?.Value?.[0],
      ]),
      [
        [1, 'DX', 3],
        [2, 'CR', 2],
      ],
    );
    const instances = await site.viewer.searchForInstances({
      studyInstanceUID: STUDY,
      seriesInstanceUID: SERIES,
    });
    assert.deepEqual(
      instances.map((one) => [one['00080018']?.Value?.[0], one['00280008']?.Value?.[0]]),
      [
        [PLAIN, 2],
        [FRAMES, 3],
        [BIG, 1],
      ],
    );
  });

  it('gives a part of the results, and says that there are more', async () => {
    const first = await get(`/studies/${STUDY}/instances?limit=2`);
    assert.match(first.headers.get('warning') ?? '', /^299 .*additional results/);
    assert.equal((await json(first)).length, 2);
    const last = await get(`/studies/${STUDY}/instances?limit=2&offset=4`);
    assert.equal(last.headers.get('warning'), null);
    assert.deepEqual(
      (await json(last)).map((one) => one['00080018']?.Value?.[0]),
      [DEFLATED],
    );
  });

  it('includes what is asked for, or all', async () => {
    const [plain] = await json(await get(`/studies/${STUDY}/instances?limit=1`));
    assert.equal(plain?.['00280004'], undefined);
    const [more] = await json(await get(`/studies/${STUDY}/instances?limit=1&includefield=00280004,NoName`));
    assert.deepEqual(more?.['00280004']?.Value, ['MONOCHROME2']);
    const [all] = await json(await get(`/studies/${STUDY}/instances?limit=1&includefield=all`));
    assert.deepEqual(all?.['00282110'], undefined);
    assert.ok(all?.['00280103'] !== undefined);
  });

  it('includes all of the level that is asked for, and nothing of one instance with a study', async () => {
    const [study] = await json(await get(`/studies?StudyInstanceUID=${STUDY}&includefield=all`));
    const [series] = await json(await get(`/studies/${STUDY}/series?limit=1&includefield=all`));
    for (const tag of ['00080018', '00080016', '00280010', '00200013'])
      assert.deepEqual([study?.[tag], series?.[tag]], [undefined, undefined], tag);
    for (const tag of ['0020000E', '00080060', '00200011'])
      assert.deepEqual([study?.[tag], series?.[tag] === undefined], [undefined, false], tag);
    assert.ok(study?.['00100010'] !== undefined && study['0020000D'] !== undefined);
  });

  it('names attributes by rising tag, as text', async () => {
    for (const path of ['/studies?includefield=all', `/studies/${STUDY}/metadata`]) {
      const text = await (await get(path)).text();
      const parsed = JSON.parse(text) as JsonDataSet[];
      assert.equal(text, `[${parsed.map(dicomJson).join(',')}]`);
    }
  });

  it('refuses to match what it does not know, rather than to answer with others', async () => {
    for (const query of [
      'PatientName=Testfall*',
      'PatientID=DW-PAT-1',
      'Nonsense=1',
      'limit=x',
      'StudyDate=May',
    ]) {
      const response = await get(`/studies?${query}`);
      assert.equal(response.status, 400, query);
      assert.doesNotMatch(await response.text(), /Testfall|DW-PAT|May/);
    }
  });

  it('answers the client, not with a failure, where the index cannot match a key', async () => {
    // The last keeps to our limits, and not to those of Elasticsearch.
    for (const value of ['*?'.repeat(4_000), '*a?'.repeat(2_000), `*a${'?'.repeat(15)}`])
      assert.equal((await get(`/studies?AccessionNumber=${value}`)).status, 400);
    for (const query of [`AccessionNumber=${'*?'.repeat(8)}`, `StudyDescription=${'*a'.repeat(16)}`])
      assert.equal((await get(`/studies?${query}`)).status, 200);
    const index = new CaseIndex(
      site.search.indices.client,
      site.search.indices.names.casesAlias,
      new ShownImages(() => true),
    );
    await assert.rejects(index.searchAll([{ size: 1_000_000 }], 'QUERY_INVALID'), {
      code: 'QUERY_INVALID',
    });
    await assert.rejects(index.searchAll([{ size: 1_000_000 }]), { code: 'INTERNAL' });
  });

  it('answers in JSON under the name that the client knows, and in nothing else', async () => {
    const typeFor = async (accept: string) => {
      const response = await get('/studies?limit=1', { accept });
      await response.arrayBuffer();
      return response.status === 200 ? response.headers.get('content-type')?.split(';')[0] : response.status;
    };
    const types: [string, string | number][] = [
      ['application/dicom+json', 'application/dicom+json'],
      ['*/*', 'application/dicom+json'],
      ['application/*', 'application/dicom+json'],
      ['application/json', 'application/json'],
      ['application/json, application/dicom+json;q=0.5', 'application/json'],
      ['application/dicom+xml, application/dicom+json', 'application/dicom+json'],
      ['multipart/related; type="application/dicom+xml"', 406],
      ['application/dicom+xml', 406],
      ['application/json;q=0', 406],
    ];
    for (const [accept, expected] of types) assert.equal(await typeFor(accept), expected, accept);
    const refused = await get('/studies', { accept: 'text/html' });
    assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'NOT_ACCEPTABLE');
  });

  it('says that fuzzy matching was not done', async () => {
    const response = await get('/studies?fuzzymatching=true');
    assert.match(response.headers.get('warning') ?? '', /fuzzymatching/);
  });
});
