import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MAX_DICOMWEB_BURST } from '../../../../services/search/dicomweb/limits.ts';
import { DicomWebSite, instance, json, PLAIN, STUDY, VIEWER, WITHHELD_STUDY } from './dicomweb-site.ts';

describe('DICOMweb keeps to itself', () => {
  let site: DicomWebSite;

  before(async () => {
    site = await DicomWebSite.open();
  });

  after(() => site.close());

  const get = (path: string, headers: Record<string, string> = {}) => site.get(path, headers);

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
    const page = `${site.base.replace('/dicom-web', '')}/api/status`;
    assert.equal((await fetch(page, { headers: { origin: VIEWER } })).status, 403);
    const preflight = await fetch(`${site.base}/studies`, { method: 'OPTIONS', headers: { origin: VIEWER } });
    assert.equal(preflight.status, 204);
  });

  it('everything but reading', async () => {
    const response = await fetch(`${site.base}/studies`, { method: 'POST' });
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
