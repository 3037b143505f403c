import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { TRANSFER_SYNTAX } from '../../../../core/dicom/uids.ts';
import type { JsonDataSet } from '../../../../core/dicom/web/json-model.ts';
import { dicomJson } from '../../../../core/dicom/web/json-text.ts';
import type { Case, ImageReceived } from '../../../../core/radiology/events.ts';
import { CaseIndex } from '../../../../services/search/case-index.ts';
import { MAX_DICOMWEB_BURST } from '../../../../services/search/dicomweb/limits.ts';
import { caseFixture, sha256 } from '../../../support/case-fixture.ts';
import { dicomFile, type FileOptions, JPEG_BASELINE, jpegOf } from '../../../support/dicom-files.ts';
import { type DicomWebClient, dicomWebClient } from '../../../support/dicomweb-client.ts';
import { SearchSite } from '../search-site.ts';

const STUDY = '2.25.100';
const PLAIN = `${STUDY}.1.1`;
const FRAMES = `${STUDY}.1.2`;
const BIG = `${STUDY}.1.3`;
const IMPLICIT = `${STUDY}.1.4`;
const DEFLATED = `${STUDY}.1.5`;
const SERIES = `${STUDY}.1`;
const OTHER_STUDY = '2.25.200';
const WITHHELD_STUDY = '2.25.300';
const VIEWER = 'http://viewer.example:3000';

/** Accession → its objects. */
const OBJECTS: Record<string, FileOptions[]> = {
  DW1: [
    {
      study: STUDY,
      series: SERIES,
      instance: PLAIN,
      frames: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
      more: [
        [0x00082112, 'SQ', [[[0x00081155, 'UI', '1.2.3']]]],
        [0x00420011, 'OB', Buffer.alloc(5_000, 7)],
        [0x00091001, 'UN', Buffer.from('private')],
      ],
    },
    {
      study: STUDY,
      series: SERIES,
      instance: FRAMES,
      instanceNumber: 2,
      transferSyntax: JPEG_BASELINE,
      frames: [[10], [128], [250]],
    },
    {
      study: STUDY,
      series: SERIES,
      instance: BIG,
      instanceNumber: 3,
      transferSyntax: TRANSFER_SYNTAX.EXPLICIT_BIG,
    },
    {
      study: STUDY,
      series: `${STUDY}.2`,
      instance: IMPLICIT,
      modality: 'CR',
      seriesNumber: 2,
      transferSyntax: TRANSFER_SYNTAX.IMPLICIT_LITTLE,
    },
    {
      study: STUDY,
      series: `${STUDY}.2`,
      instance: DEFLATED,
      modality: 'CR',
      seriesNumber: 2,
      instanceNumber: 2,
      transferSyntax: TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
    },
  ],
  DW2: [
    {
      study: OTHER_STUDY,
      series: `${OTHER_STUDY}.1`,
      instance: `${OTHER_STUDY}.1.1`,
      accession: 'DW2',
      modality: 'US',
      studyDate: '20230101',
    },
  ],
  DW3: [
    {
      study: WITHHELD_STUDY,
      series: `${WITHHELD_STUDY}.1`,
      instance: `${WITHHELD_STUDY}.1.1`,
      accession: 'DW3',
      patientName: 'Somebody^Else',
      patientId: 'OTHER',
    },
  ],
};

describe('DICOMweb of what is indexed', () => {
  const files = new Map<string, Buffer>();
  let site: SearchSite;
  let base = '';
  let viewer: DicomWebClient;

  before(async () => {
    site = await SearchSite.open();
    await indexObjects();
    base = `${await site.start({ INTERLEAVE_DICOMWEB_ORIGINS: VIEWER })}/dicom-web`;
    viewer = dicomWebClient(base);
  });

  after(() => site.close());

  async function indexObjects(): Promise<void> {
    const cases: Case[] = [];
    for (const [accession, own] of Object.entries(OBJECTS)) {
      const caseId = sha256(accession).slice(0, 32);
      const images: { change: Partial<ImageReceived> }[] = [];
      for (const options of own) {
        const file = await dicomFile(options);
        files.set(options.instance, file);
        const object = await site.objects.put(caseId, file, 'application/dicom');
        images.push({ change: receivedOf(options, object) });
      }
      const withheld = accession === 'DW3';
      const made = caseFixture({ accession, caseId, images, ...(withheld ? {} : { reports: [] }) });
      const shown = withheld
        ? {
            ...made,
            images: made.images.map((image) => ({
              ...image,
              received: { ...image.received, patient: OTHER },
            })),
          }
        : made;
      // Inference made no thumbnails here.
      for (const image of shown.images) image.frames = [];
      cases.push(shown);
    }
    await site.indices.putCases(cases);
  }

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${base}${path}`, { headers });
  const instance = (uid: string, series = SERIES) => `/studies/${STUDY}/series/${series}/instances/${uid}`;

  describe('searching (QIDO-RS)', () => {
    it('lists studies, the newest first, and nothing that is withheld', async () => {
      const studies = await viewer.searchForStudies();
      assert.deepEqual(studies.map((study) => study['0020000D']?.Value?.[0]).sort(), [STUDY, OTHER_STUDY]);
    });

    it('describes a study whole, whatever of it was asked for', async () => {
      const [study] = await json(await get('/studies?ModalitiesInStudy=CR'));
      assert.deepEqual(study?.['00080061'], { vr: 'CS', Value: ['CR', 'DX'] });
      assert.deepEqual(study?.['00201206']?.Value, [2]);
      assert.deepEqual(study?.['00201208']?.Value, [5]);
      assert.deepEqual(study?.['00100010']?.Value, [{ Alphabetic: 'Testfall^Jürgen' }]);
      assert.deepEqual(study?.['00081190']?.Value, [`${base}/studies/${STUDY}`]);
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
      const series = await viewer.searchForSeries({ studyInstanceUID: STUDY });
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
      const instances = await viewer.searchForInstances({
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
      const [more] = await json(
        await get(`/studies/${STUDY}/instances?limit=1&includefield=00280004,NoName`),
      );
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
      const index = new CaseIndex(site.indices.client, site.indices.names.casesAlias);
      await assert.rejects(index.searchAll([{ size: 1_000_000 }], 'QUERY_INVALID'), {
        code: 'QUERY_INVALID',
      });
      await assert.rejects(index.searchAll([{ size: 1_000_000 }]), { code: 'INTERNAL' });
    });

    it('answers in JSON under the name that the client knows, and in nothing else', async () => {
      const typeFor = async (accept: string) => {
        const response = await get('/studies?limit=1', { accept });
        await response.arrayBuffer();
        return response.status === 200
          ? response.headers.get('content-type')?.split(';')[0]
          : response.status;
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

  describe('retrieving (WADO-RS)', () => {
    it('gives an object byte for byte as it was stored', async () => {
      const bytes = await viewer.retrieveInstance({
        studyInstanceUID: STUDY,
        seriesInstanceUID: SERIES,
        sopInstanceUID: PLAIN,
      });
      assert.ok(Buffer.from(bytes).equals(files.get(PLAIN) ?? Buffer.alloc(0)));
    });

    it('gives a study whole', async () => {
      const all = await viewer.retrieveStudy({ studyInstanceUID: STUDY });
      const sent = all.map((bytes) => sha256(Buffer.from(bytes).toString('latin1'))).sort();
      const stored = [PLAIN, FRAMES, BIG, IMPLICIT, DEFLATED].map((uid) =>
        sha256(files.get(uid)?.toString('latin1') ?? ''),
      );
      assert.deepEqual(sent, stored.sort());
    });

    it('gives one object without multipart framing when that is accepted', async () => {
      const response = await get(instance(BIG), { accept: 'application/dicom; transfer-syntax=*' });
      assert.equal(response.headers.get('content-type'), 'application/dicom');
      assert.ok(Buffer.from(await response.arrayBuffer()).equals(files.get(BIG) ?? Buffer.alloc(0)));
    });

    it('refuses what it would have to convert', async () => {
      const accept = 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.80';
      assert.equal((await get(instance(PLAIN), { accept })).status, 406);
    });

    it('gives the metadata of every transfer syntax', async () => {
      for (const [uid, series] of [
        [PLAIN, SERIES],
        [FRAMES, SERIES],
        [BIG, SERIES],
        [IMPLICIT, `${STUDY}.2`],
        [DEFLATED, `${STUDY}.2`],
      ] as const) {
        const [one] = await viewer.retrieveInstanceMetadata({
          studyInstanceUID: STUDY,
          seriesInstanceUID: series,
          sopInstanceUID: uid,
        });
        assert.deepEqual(one?.['00080018'], { vr: 'UI', Value: [uid] });
        assert.deepEqual(one?.['00080005'], { vr: 'CS', Value: ['ISO_IR 192'] });
        assert.deepEqual(one?.['00100010'], { vr: 'PN', Value: [{ Alphabetic: 'Testfall^Jürgen' }] });
        assert.equal(one?.['00280010']?.vr, 'US');
        assert.equal(typeof one?.['7FE00010']?.BulkDataURI, 'string');
      }
    });

    it('gives the metadata of a study in one answer', async () => {
      const all = await json(await get(`/studies/${STUDY}/metadata`));
      assert.deepEqual(
        all.map((one) => String(one['00080018']?.Value?.[0])).sort(),
        [PLAIN, FRAMES, BIG, IMPLICIT, DEFLATED].sort(),
      );
    });

    it('gives long values by their address', async () => {
      const [one] = await json(await get(`${instance(PLAIN)}/metadata`));
      const uri = one?.['00420011']?.BulkDataURI ?? '';
      const response = await fetch(uri, { headers: { accept: 'application/octet-stream' } });
      assert.ok(Buffer.from(await response.arrayBuffer()).equals(Buffer.alloc(5_000, 7)));
      assert.equal((await get(`${instance(PLAIN)}/bulkdata/00420012`)).status, 404);
      assert.equal((await get(`${instance(PLAIN)}/bulkdata/../../../../etc/passwd`)).status, 404);
    });
  });

  describe('frames', () => {
    const frames = async (uid: string, numbers: number[], accept?: string, series = SERIES) => {
      const response = await get(
        `${instance(uid, series)}/frames/${numbers.join(',')}`,
        accept ? { accept } : {},
      );
      assert.equal(response.status, 200, await response.clone().text());
      return parts(response);
    };

    it('are native pixels, whatever they are stored in', async () => {
      const bytes = await viewer.retrieveInstanceFrames({
        studyInstanceUID: STUDY,
        seriesInstanceUID: SERIES,
        sopInstanceUID: PLAIN,
        frameNumbers: [2, 1],
      });
      assert.deepEqual(
        bytes.map((one) => [...new Uint16Array(one)]),
        [
          [4, 5, 6, 7],
          [0, 1, 2, 3],
        ],
      );
      for (const [uid, series] of [
        [BIG, SERIES],
        [IMPLICIT, `${STUDY}.2`],
        [DEFLATED, `${STUDY}.2`],
      ] as const) {
        const [only] = await frames(uid, [1], undefined, series);
        assert.deepEqual([...(only?.body ?? [])], [0, 0, 1, 0, 2, 0, 3, 0], uid);
        assert.match(only?.type ?? '', /transfer-syntax=1\.2\.840\.10008\.1\.2\.1$/);
      }
    });

    it('go out as they are stored where any transfer syntax is accepted', async () => {
      const accept = 'multipart/related; type=application/octet-stream; transfer-syntax=*';
      const [third] = await frames(FRAMES, [3], accept);
      assert.match(third?.type ?? '', /transfer-syntax=1\.2\.840\.10008\.1\.2\.4\.50$/);
      const stream = await jpegOf(250);
      assert.ok(third?.body.subarray(0, stream.length).equals(stream));
      const [image] = await frames(FRAMES, [1], 'multipart/related; type="image/jpeg"');
      assert.match(image?.type ?? '', /^image\/jpeg; transfer-syntax=/);
    });

    it('are decoded where native pixels are asked for', async () => {
      const [second] = await frames(FRAMES, [2], 'multipart/related; type="application/octet-stream"');
      assert.equal(second?.body.length, 256);
      assert.ok(second?.body.every((value) => Math.abs(value - 128) <= 2));
    });

    it('of another form than there is are refused', async () => {
      const accept = 'multipart/related; type="image/jls"';
      assert.equal((await get(`${instance(FRAMES)}/frames/1`, { accept })).status, 406);
      const jls =
        'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.4.80';
      assert.equal((await get(`${instance(PLAIN)}/frames/1`, { accept: jls })).status, 406);
    });

    it('that are not there are not found, and what is no number is refused', async () => {
      assert.equal((await get(`${instance(PLAIN)}/frames/3`)).status, 404);
      assert.equal((await get(`${instance(PLAIN)}/frames/0`)).status, 400);
      assert.equal((await get(`${instance(PLAIN)}/frames/1,x`)).status, 400);
    });
  });

  describe('rendered', () => {
    it('frames are pictures, in the window that is asked for', async () => {
      const response = await get(`${instance(PLAIN)}/frames/2/rendered?window=5.5,2,linear-exact`, {
        accept: 'image/png',
      });
      assert.equal(response.headers.get('content-type'), 'image/png');
      const grey = await sharp(Buffer.from(await response.arrayBuffer()))
        .extractChannel(0)
        .raw()
        .toBuffer();
      assert.deepEqual([...grey], [0, 64, 191, 255]);
    });

    it('objects are JPEG for a client that does not mind', async () => {
      const response = await get(`${instance(FRAMES)}/rendered`);
      const bytes = await response.arrayBuffer();
      const { format, width } = await sharp(Buffer.from(bytes)).metadata();
      assert.deepEqual([format, width], ['jpeg', 16]);
    });

    it('thumbnails fit into their size', async () => {
      for (const path of [`/studies/${STUDY}/thumbnail`, `${instance(FRAMES)}/frames/2/thumbnail`]) {
        const response = await get(path);
        assert.equal(response.status, 200);
        assert.equal(response.headers.get('content-type'), 'image/jpeg');
      }
    });

    it('refuses parameters that make no sense', async () => {
      for (const query of ['window=1', 'window=1,0', 'viewport=0,5', 'viewport=99999,1', 'quality=101'])
        assert.equal((await get(`${instance(PLAIN)}/rendered?${query}`)).status, 400, query);
      assert.equal((await get(`${instance(PLAIN)}/rendered`, { accept: 'image/gif' })).status, 406);
    });
  });

  describe('keeps to itself', () => {
    it('what is withheld, on every way to it', async () => {
      const withheld = `/studies/${WITHHELD_STUDY}`;
      const whole = `${withheld}/series/${WITHHELD_STUDY}.1/instances/${WITHHELD_STUDY}.1.1`;
      for (const path of [withheld, `${withheld}/metadata`, whole, `${whole}/metadata`, `${whole}/frames/1`])
        assert.equal((await get(path)).status, 404, path);
      for (const path of [`${whole}/rendered`, `${whole}/thumbnail`, `${withheld}/thumbnail`])
        assert.equal((await get(path)).status, 404, path);
      assert.deepEqual(await json(await get(`/instances?SOPInstanceUID=${WITHHELD_STUDY}.1.1`)), []);
    });

    it('an object under the UIDs of another series', async () => {
      assert.equal((await get(instance(PLAIN, `${STUDY}.2`))).status, 404);
    });

    it('what a page of another host asks for, unless its origin is listed', async () => {
      const refused = await get('/studies', { origin: 'http://evil.example' });
      assert.equal(refused.status, 403);
      const allowed = await get('/studies', { origin: VIEWER });
      assert.equal(allowed.status, 200);
      assert.equal(allowed.headers.get('access-control-allow-origin'), VIEWER);
      const page = `${base.replace('/dicom-web', '')}/api/status`;
      assert.equal((await fetch(page, { headers: { origin: VIEWER } })).status, 403);
      const preflight = await fetch(`${base}/studies`, { method: 'OPTIONS', headers: { origin: VIEWER } });
      assert.equal(preflight.status, 204);
    });

    it('everything but reading', async () => {
      const response = await fetch(`${base}/studies`, { method: 'POST' });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'GET');
    });

    it('its time: pictures are rendered at a rate for each address', async () => {
      const statuses = new Set<number>();
      const ask = async () => {
        const response = await get(`${instance(PLAIN)}/rendered`, { accept: 'image/gif' });
        statuses.add(response.status);
        await response.arrayBuffer();
      };
      for (let i = 0; i < 100 && !statuses.has(429); i++)
        await Promise.all(Array.from({ length: MAX_DICOMWEB_BURST / 2 }, ask));
      assert.deepEqual([...statuses], [406, 429]);
    });

    it('nothing behind an address that is no UID', async () => {
      for (const uid of ['..', '%2e%2e%2f', '1.2.', 'x'.repeat(200), `${'1.'.repeat(40)}1`])
        assert.ok([400, 404].includes((await get(`/studies/${uid}/metadata`)).status), uid);
    });
  });
});

const OTHER = {
  issuer: '',
  identifier: 'OTHER',
  familyName: 'Somebody',
  givenName: 'Else',
  birthDate: '19000101',
  sex: 'M' as const,
};

function receivedOf(options: FileOptions, object: ImageReceived['object']): Partial<ImageReceived> {
  return {
    sopInstanceUid: options.instance,
    seriesInstanceUid: options.series,
    studyInstanceUid: options.study,
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    seriesNumber: options.seriesNumber ?? 1,
    instanceNumber: options.instanceNumber ?? 1,
    numberOfFrames: options.frames?.length ?? 1,
    modality: options.modality ?? 'DX',
    studyDate: options.studyDate ?? '20240517',
    studyDescription: 'Schädel in 2 Ebenen',
    transferSyntaxUid: options.transferSyntax ?? TRANSFER_SYNTAX.EXPLICIT_LITTLE,
    object,
  };
}

async function json(response: Response): Promise<JsonDataSet[]> {
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/dicom\+json/);
  return (await response.json()) as JsonDataSet[];
}

/** The parts of a multipart answer. */
async function parts(response: Response): Promise<{ type: string; body: Buffer }[]> {
  const boundary = /boundary=([^;]+)/.exec(response.headers.get('content-type') ?? '')?.[1] ?? '';
  const whole = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return whole
    .split(`\r\n--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n');
      const type = /content-type: (.*)/i.exec(part.slice(0, end))?.[1] ?? '';
      return { type, body: Buffer.from(part.slice(end + 4), 'latin1') };
    });
}
