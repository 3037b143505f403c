/**
 * A CT comes by C-STORE, slice after slice, and none of it is embedded; the slices and frames that its report cites are,
 * whichever side comes first, as long as they are cited. Every part is real: DCMTK sends, inference is killed in between.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MllpSender } from '../../clients/mllp-sender.ts';
import { part10Header } from '../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { type CaseDetail, SearchClient } from '../../harness/search-client.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { buildDataSet, type Item } from '../core/dicom/data-set-builder.ts';
import { radiographPixels } from '../core/imaging/build-image.ts';
import { withoutChromium, withPage } from './support/browser.ts';
import { reportMessage } from './support/report-message.ts';
import { storescu, withoutDcmtk } from './support/storescu.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const ENHANCED_CT = '1.2.840.10008.5.1.4.1.1.2.1';
const SIZE = 32;

describe('images that a report cites, from end to end', { skip: await withoutDcmtk() }, () => {
  let system: System;
  let search: SearchClient;
  let sender: MllpSender;
  before(async () => {
    system = await System.start(['--no-feed']);
    search = new SearchClient(system.instance.page);
    sender = await MllpSender.connect(system.instance.hl7);
  });
  after(async () => {
    await sender?.close();
    await system?.stop();
  });

  const send = (...files: Buffer[]) => storescu(system.instance.dicom, files);
  let control = 0;
  const report = async (accession: string, text: string, minute = 0) => {
    const status = minute === 0 ? 'F' : 'C';
    const message = reportMessage({ accession, control: `CITED${control++}`, status, minute, text: [text] });
    assert.equal((await sender.send(message)).code, 'AA');
  };
  /** until the case of this accession is so; the detail of it */
  async function becomes(accession: string, what: string, isSo: (detail: CaseDetail) => boolean) {
    let detail: CaseDetail | undefined;
    await until(
      async () => {
        const found = await search.byAccession(accession);
        detail = found && (await search.detail(found.id));
        return detail !== undefined && isSo(detail);
      },
      120_000,
      what,
    );
    assert.ok(detail);
    return detail;
  }
  const embedded = ({ images }: CaseDetail) =>
    images.filter((one) => one.embedded).map(({ instanceNumber, frame }) => [instanceNumber, frame]);
  const isEmbedded = (count: number) => (detail: CaseDetail) => embedded(detail).length === count;

  test('three of many slices are cited: these have a picture and a vector, the others stay as they are', async () => {
    await send(...slices('CITED100', 60));
    await report('CITED100', 'FINDINGS: Nodule (series 4 image 52). Cysts (series 4, images 7 and 9).');
    const detail = await becomes('CITED100', 'the cited slices', isEmbedded(3));
    assert.equal(detail.images.length, 60);
    assert.deepEqual(embedded(detail), [
      [7, 1],
      [9, 1],
      [52, 1],
    ]);
    for (const { cited, embedded: isIn, thumbnail } of detail.images) {
      assert.equal(isIn, cited);
      assert.equal(thumbnail !== null, cited);
      if (thumbnail === null) continue;
      const picture = await search.picture(thumbnail);
      assert.deepEqual([picture.status, picture.type], [200, 'image/jpeg']);
    }
  });

  test(
    'the page opens such a case with a cited slice, and folds together those without a picture',
    {
      skip: withoutChromium,
    },
    () =>
      withPage(async (page) => {
        const { id } = (await search.byAccession('CITED100')) ?? {};
        await page.goto(`${system.instance.page}/cases/${id}`);
        await page.locator('figcaption', { hasText: 'series 4, image 7' }).waitFor();
        await page.locator('mark', { hasText: 'series 4, images' }).waitFor();
        assert.equal(await page.locator('.images > .strip img').count(), 3);
        await page.getByText('57 images without a picture').click();
        await page.getByRole('button', { name: 'Show CT · series 4, image 1', exact: true }).click();
        await page.locator('figcaption', { hasText: /image 1$/ }).waitFor();
        await page.getByRole('button', { name: '52', exact: true }).click();
        await page.locator('figcaption', { hasText: 'series 4, image 52' }).waitFor();
      }),
  );

  test('the report first; its slices are found like any image, until a correction cites them no more', async () => {
    await report('CITED200', 'FINDINGS: Nodule (series 4 image 3).');
    await send(...slices('CITED200', 5));
    const { id } = await becomes('CITED200', 'the cited slice', isEmbedded(1));
    const similar = async () => (await search.similar(id, 'image')).map(({ accession }) => accession);
    await until(async () => (await similar()).includes('CITED100'), 60_000, 'the other case by its slices');

    await report('CITED200', 'FINDINGS: No nodule.', 1);
    const detail = await becomes('CITED200', 'the correction', isEmbedded(0));
    assert.equal(detail.images.length, 5);
    assert.ok(detail.images.every(({ cited }) => !cited));
  });

  test('of a multi-frame the cited frame, also where inference is killed meanwhile', async () => {
    await send(volume('CITED300', 20));
    system.kill('inference');
    await report('CITED300', 'FINDINGS: Thrombus (series 4 image 7).');
    await report('CITED400', 'FINDINGS: Nodules (series 4, images 1-30).');
    await send(...slices('CITED400', 30));
    system.kill('inference');
    const detail = await becomes('CITED300', 'the cited frame', isEmbedded(1));
    assert.deepEqual(embedded(detail), [[1, 7]]);
    assert.deepEqual(
      detail.reports[0]?.citations.map(({ images }) => images.length),
      [1],
    );
    const many = await becomes('CITED400', 'thirty cited slices', isEmbedded(30));
    assert.equal(many.images.length, 30);
  });

  test('no log names an accession number or a UID', () => {
    assert.doesNotMatch(system.logs(), /CITED[1-4]00|2\.25\.9[1-4]00\./);
  });
});

/** Series 4 of a CT; each slice shows a disc of its own size. */
function slices(accession: string, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) =>
    object(CT, accession, i + 1, radiographPixels(SIZE, (i + 1) / (count + 1))),
  );
}

/** Series 4 as one object of many frames. */
function volume(accession: string, frames: number): Buffer {
  const pixels = Array.from({ length: frames }, (_, i) => radiographPixels(SIZE, i / frames));
  return object(ENHANCED_CT, accession, 1, Buffer.concat(pixels), [[0x00280008, 'IS', String(frames)]]);
}

function object(
  sopClassUid: string,
  accession: string,
  instanceNumber: number,
  pixels: Buffer,
  more: Item = [],
): Buffer {
  const study = `2.25.9${accession.slice(-3)}`;
  const sopInstanceUid = `${study}.4.${instanceNumber}`;
  const elements: Item = [
    [0x00080016, 'UI', sopClassUid],
    [0x00080018, 'UI', sopInstanceUid],
    [0x00080050, 'SH', accession],
    [0x00080060, 'CS', 'CT'],
    [0x00100010, 'PN', `Testfall^${accession}`],
    [0x00100020, 'LO', `${accession}-P`],
    [0x00100030, 'DA', '19600101'],
    [0x00100040, 'CS', 'F'],
    [0x0020000d, 'UI', study],
    [0x0020000e, 'UI', `${study}.4`],
    [0x00200011, 'IS', '4'],
    [0x00200013, 'IS', String(instanceNumber)],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    ...more,
    [0x00280010, 'US', SIZE],
    [0x00280011, 'US', SIZE],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 12],
    [0x00280102, 'US', 11],
    [0x00280103, 'US', 0],
    [0x7fe00010, 'OW', pixels],
  ];
  const transferSyntaxUid = TRANSFER_SYNTAX.EXPLICIT_LITTLE;
  return Buffer.concat([
    part10Header({ sopClassUid, sopInstanceUid, transferSyntaxUid }),
    buildDataSet(elements),
  ]);
}
