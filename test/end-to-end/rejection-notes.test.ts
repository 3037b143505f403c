/**
 * IHE IOCM with every part real: DCMTK sends images and rejection notes that are filed elsewhere. What a note names is gone
 * from the page and from DICOMweb, whichever comes first, also while the joiner is away.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DicomObject } from '../../core/dicom/dicom-object.ts';
import { part10Header } from '../../core/dicom/part10.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import type { SearchAnswer } from '../../schemas/api/answers.ts';
import { buildDataSet, type Item } from '../core/dicom/data-set-builder.ts';
import { storescu, withoutDcmtk } from './support/storescu.ts';

const DX = '1.2.840.10008.5.1.4.1.1.1.1';
const STUDY = '2.25.7001';
const SERIES = '2.25.7001.1';

describe('rejection notes from end to end', { skip: await withoutDcmtk() }, () => {
  let system: System;
  before(async () => {
    system = await System.start(['--no-feed']);
  });
  after(() => system?.stop());

  const send = (...objects: DicomObject[]) =>
    storescu(
      system.instance.dicom,
      objects.map((object) => Buffer.concat([part10Header(object), object.dataSet])),
    );
  const status = async (uid: string, more = '') => {
    const path = `/dicom-web/studies/${STUDY}/series/${SERIES}/instances/${uid}${more}`;
    const response = await fetch(new URL(path, system.instance.page), { headers: { accept: '*/*' } });
    await response.arrayBuffer();
    return response.status;
  };
  const becomes = (uid: string, wanted: number, what: string) =>
    until(async () => (await status(uid)) === wanted, 120_000, what);
  const caseOf = async (accession: string) => {
    const response = await fetch(new URL('/api/search', system.instance.page), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ words: accession, filters: { standing: ['IMAGES_ONLY', 'WITHDRAWN'] } }),
    });
    return ((await response.json()) as SearchAnswer).hits.find((hit) => hit.accession === accession);
  };
  const indexed = (accession: string, images: number, what: string) =>
    until(async () => (await caseOf(accession))?.imageCount === images, 120_000, what);

  test('a note that names another request, or none, rejects images that were sent before', async () => {
    const [one, two, three] = ['1', '2', '3'].map((n) => image(`${STUDY}.1.${n}`, 'REJ100'));
    assert(one !== undefined && two !== undefined && three !== undefined);
    await send(one, two, three);
    for (const { sopInstanceUid } of [one, two, three]) await becomes(sopInstanceUid, 200, 'an image');
    await send(note('2.25.7002.1', [one], '113001', request('SOMETHING-ELSE')));
    await becomes(one.sopInstanceUid, 404, 'the first rejection');
    await send(note('2.25.7002.2', [two], '113037'));
    await becomes(two.sopInstanceUid, 404, 'the second');
    for (const more of ['/metadata', '/frames/1', '/rendered', '/thumbnail'])
      assert.equal(await status(two.sopInstanceUid, more), 404, more);
    assert.equal(await status(three.sopInstanceUid), 200);
    await indexed('REJ100', 1, 'the index without them');
    await send(one);
    await sleep(3_000);
    assert.equal(await status(one.sopInstanceUid), 404, 'sent again it stays rejected');
  });

  test('an image that comes after its note never shows', async () => {
    const late = image(`${STUDY}.1.4`, 'REJ200');
    await send(note('2.25.7002.3', [late], '113038', request('REJ300')));
    await send(late, image(`${STUDY}.1.5`, 'REJ200'));
    await indexed('REJ200', 1, 'the other image');
    assert.equal(await status(late.sopInstanceUid), 404);
  });

  test('a killed joiner does not keep an image up', async () => {
    const object = image(`${STUDY}.1.6`, 'REJ400');
    await send(object);
    await becomes(object.sopInstanceUid, 200, 'an image');
    await indexed('REJ400', 1, 'the image in its case');
    system.kill('joiner');
    await send(note('2.25.7002.4', [object], '113039'));
    const began = Date.now();
    await becomes(object.sopInstanceUid, 404, 'the rejection');
    assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
    await indexed('REJ400', 0, 'the case without it, when the joiner is back');
  });

  test('no log names a UID', () => {
    assert.doesNotMatch(system.logs(), /2\.25\.700[12]\./);
  });
});

function image(sopInstanceUid: string, accession: string): DicomObject {
  return object(DX, sopInstanceUid, [
    [0x00080050, 'SH', accession],
    [0x00080060, 'CS', 'DX'],
    [0x00100020, 'LO', 'REJ-PATIENT'],
    [0x0020000d, 'UI', STUDY],
    [0x0020000e, 'UI', SERIES],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', 4],
    [0x00280011, 'US', 4],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 16],
    [0x00280102, 'US', 15],
    [0x00280103, 'US', 0],
    [0x7fe00010, 'OW', Buffer.alloc(32, Number(sopInstanceUid.at(-1)))],
  ]);
}

/** (0040,A370) with the accession number of some request. */
function request(accession: string): Item {
  return [[0x0040a370, 'SQ', [[[0x00080050, 'SH', accession]]]]];
}

function note(sopInstanceUid: string, named: DicomObject[], title: string, more: Item = []): DicomObject {
  const references = named.map(
    (one): Item => [
      [0x00081150, 'UI', one.sopClassUid],
      [0x00081155, 'UI', one.sopInstanceUid],
    ],
  );
  return object(KEY_OBJECT_SELECTION, sopInstanceUid, [
    [0x00080060, 'CS', 'KO'],
    [0x00100020, 'LO', 'REJ-PATIENT'],
    [0x0020000d, 'UI', '2.25.7003'],
    [0x0020000e, 'UI', '2.25.7003.1'],
    [
      0x0040a043,
      'SQ',
      [
        [
          [0x00080100, 'SH', title],
          [0x00080102, 'SH', 'DCM'],
          [0x00080104, 'LO', 'Rejected'],
        ],
      ],
    ],
    ...more,
    [0x0040a730, 'SQ', references.map((reference): Item => [[0x00081199, 'SQ', [reference]]])],
  ]);
}

function object(sopClassUid: string, sopInstanceUid: string, elements: Item): DicomObject {
  const dataSet = buildDataSet([
    [0x00080016, 'UI', sopClassUid],
    [0x00080018, 'UI', sopInstanceUid],
    ...elements,
  ]);
  return { sopClassUid, sopInstanceUid, transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE, dataSet };
}
