import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { sha256 } from '../../../support/case-fixture.ts';
import { jpegOf } from '../../../support/dicom-files.ts';
import {
  BIG,
  DEFLATED,
  DicomWebSite,
  FRAMES,
  IMPLICIT,
  instance,
  json,
  PLAIN,
  parts,
  SERIES,
  STUDY,
} from './dicomweb-site.ts';

describe('what is stored, over DICOMweb', () => {
  let site: DicomWebSite;

  before(async () => {
    site = await DicomWebSite.open();
  });

  after(() => site.close());

  const get = (path: string, headers: Record<string, string> = {}) => site.get(path, headers);

  describe('retrieving (WADO-RS)', () => {
    it('gives an object byte for byte as it was stored', async () => {
      const bytes = await site.viewer.retrieveInstance({
        studyInstanceUID: STUDY,
        seriesInstanceUID: SERIES,
        sopInstanceUID: PLAIN,
      });
      assert.ok(Buffer.from(bytes).equals(site.files.get(PLAIN) ?? Buffer.alloc(0)));
    });

    it('gives a study whole', async () => {
      const all = await site.viewer.retrieveStudy({ studyInstanceUID: STUDY });
      const sent = all.map((bytes) => sha256(Buffer.from(bytes).toString('latin1'))).sort();
      const stored = [PLAIN, FRAMES, BIG, IMPLICIT, DEFLATED].map((uid) =>
        sha256(site.files.get(uid)?.toString('latin1') ?? ''),
      );
      assert.deepEqual(sent, stored.sort());
    });

    it('gives one object without multipart framing when that is accepted', async () => {
      const response = await get(instance(BIG), { accept: 'application/dicom; transfer-syntax=*' });
      assert.equal(response.headers.get('content-type'), 'application/dicom');
      assert.ok(Buffer.from(await response.arrayBuffer()).equals(site.files.get(BIG) ?? Buffer.alloc(0)));
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
        const [one] = await site.viewer.retrieveInstanceMetadata({
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
      const bytes = await site.viewer.retrieveInstanceFrames({
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
});
