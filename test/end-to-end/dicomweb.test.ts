/** From STOW-RS to QIDO-RS and WADO-RS, with real files, every engine real, and clients that are not ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { DataSetReader } from '../../core/dicom/data-set-reader.ts';
import { dicomObjectOf } from '../../core/dicom/dicom-object.ts';
import { readPart10 } from '../../core/dicom/part10.ts';
import { isStorageSopClass, TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import type { JsonDataSet } from '../../core/dicomweb/json-model.ts';
import { pythonPath } from '../../harness/peer-folders.ts';
import { missing, sharedData } from '../../harness/shared-data.ts';
import { System } from '../../harness/system.ts';
import { until } from '../../harness/until.ts';
import { freePorts } from '../../infra/process/free-port.ts';
import { projectRoot } from '../../platform/process/project-root.ts';
import { parseCsv } from '../support/csv.ts';
import { type DicomWebClient, dicomWebClient } from '../support/dicomweb-client.ts';

const STUDY_INSTANCE = 0x0020000d;
const SERIES_INSTANCE = 0x0020000e;
const MAX_BYTES = 2_000_000;

/** A real file, and what its list says of it. */
interface RealFile {
  bytes: Buffer;
  transferSyntaxUid: string;
  frameBytes: number;
  place: { studyInstanceUID: string; seriesInstanceUID: string; sopInstanceUID: string };
}

describe('DICOMweb from end to end', { skip: missing('dicom', 'manifest.csv') }, () => {
  let system: System;
  let stowUrl = '';
  let url = '';
  let viewer: DicomWebClient;
  let files: RealFile[] = [];

  before(async () => {
    const [stowPort = 0] = await freePorts(1);
    system = await System.start(['--no-feed'], { INTERLEAVE_STOW_PORT: String(stowPort) });
    stowUrl = `http://127.0.0.1:${stowPort}/dicom-web`;
    url = new URL('/dicom-web', system.instance.page).href;
    viewer = dicomWebClient(url);
    files = realFiles();
  });
  after(() => system?.stop());

  test('a real file of each transfer syntax is stored', async () => {
    assert.ok(files.length >= 10, `${files.length} files`);
    for (const { bytes } of files)
      await dicomWebClient(stowUrl).storeInstances({
        datasets: [new Uint8Array(bytes).buffer as ArrayBuffer],
      });
  });

  test('each is found', async () => {
    for (const { place } of files)
      await until(async () => (await instances(place)).length === 1, 120_000, 'an instance that is found');
  });

  test('each comes back as it was sent, with its metadata', async () => {
    for (const { place, bytes, transferSyntaxUid } of files) {
      const back = Buffer.from(await viewer.retrieveInstance(place));
      const meta = readPart10(back);
      assert.equal(meta?.transferSyntaxUid, transferSyntaxUid);
      const sent = dicomObjectOf(bytes).dataSet;
      assert.ok(back.subarray(meta?.dataSetOffset).equals(sent), transferSyntaxUid);
      const [metadata] = await viewer.retrieveInstanceMetadata(place);
      assert.deepEqual(metadata?.['00080018']?.Value, [place.sopInstanceUID]);
    }
  });

  test('each has native pixels and a picture', async () => {
    for (const { place, frameBytes, transferSyntaxUid } of files) {
      const [frame] = await viewer.retrieveInstanceFrames({ ...place, frameNumbers: [1] });
      assert.equal(frame?.byteLength, frameBytes, transferSyntaxUid);
      const response = await fetch(`${url}${pathOf(place)}/rendered`, { headers: { accept: 'image/png' } });
      assert.equal(response.status, 200, transferSyntaxUid);
      assert.equal((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).format, 'png');
    }
  });

  test('dicomweb-client of Python stores, finds and retrieves', { skip: withoutPython() }, () => {
    const file = sharedData('dicom', 'pydicom', 'CT_small.dcm');
    const script = join(projectRoot(), 'test', 'peers', 'python', 'dicomweb_check.py');
    const { stdout, stderr, status } = spawnSync('python3', [script, stowUrl, url, file], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: pythonPath() ?? '' },
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      stored: 1,
      found: 1,
      instancesOfStudy: 1,
      sameName: true,
      sameElements: true,
      samePixels: true,
      sameFrame: true,
      frameLength: 128 * 128 * 2,
      png: true,
    });
  });

  test('no log names an object or a key of a query', async () => {
    await fetch(`${url}/studies?AccessionNumber=PLANTEDKEY`);
    const logs = system.logs();
    for (const { place } of files) assert.ok(!logs.includes(place.sopInstanceUID));
    assert.ok(!logs.includes('PLANTEDKEY'));
    assert.match(logs, /audit\.dicomweb\.retrieve/);
  });

  async function instances(place: RealFile['place']): Promise<JsonDataSet[]> {
    const response = await fetch(`${url}/instances?SOPInstanceUID=${place.sopInstanceUID}`);
    assert.equal(response.status, 200);
    return (await response.json()) as JsonDataSet[];
  }
});

function pathOf({ studyInstanceUID, seriesInstanceUID, sopInstanceUID }: RealFile['place']): string {
  return `/studies/${studyInstanceUID}/series/${seriesInstanceUID}/instances/${sopInstanceUID}`;
}

/** One of each transfer syntax that the gateway and its readers should all take. */
function realFiles(): RealFile[] {
  const rows = parseCsv(readFileSync(sharedData('dicom', 'manifest.csv'), 'utf8'));
  const chosen = new Map<string, RealFile>();
  for (const row of rows) {
    const { path = '', transfer_syntax: transferSyntaxUid = '' } = row;
    const plain =
      row['part10_magic'] === '1' &&
      row['has_pixel_data'] === '1' &&
      row['pydicom_error'] === '' &&
      row['samples'] === '1' &&
      ['8', '16'].includes(row['bits_allocated'] ?? '') &&
      Number(row['bytes']) < MAX_BYTES;
    if (!plain || chosen.has(transferSyntaxUid)) continue;
    const bytes = readFileSync(sharedData('dicom', path));
    const place = placeOf(bytes);
    if (place === null) continue;
    const frameBytes = (Number(row['rows']) * Number(row['cols']) * Number(row['bits_allocated'])) / 8;
    chosen.set(transferSyntaxUid, { bytes, transferSyntaxUid, frameBytes, place });
  }
  return [...chosen.values()];
}

/** Its UIDs, null where it lacks one, or its header names another object, which the gateway refuses. */
function placeOf(bytes: Buffer): RealFile['place'] | null {
  const { dataSet, transferSyntaxUid, sopInstanceUid, sopClassUid } = dicomObjectOf(bytes);
  if (readPart10(bytes)?.sopInstanceUid !== sopInstanceUid || !isStorageSopClass(sopClassUid)) return null;
  const reader = new DataSetReader(transferSyntaxUid, {
    values: new Set([STUDY_INSTANCE, SERIES_INSTANCE]),
    sequences: new Set(),
  });
  reader.push(
    transferSyntaxUid === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE ? inflateRawSync(dataSet) : dataSet,
  );
  const [study, series] = [STUDY_INSTANCE, SERIES_INSTANCE].map((tag) => reader.dataSet.string(tag));
  if (!study || !series) return null;
  return { studyInstanceUID: study, seriesInstanceUID: series, sopInstanceUID: sopInstanceUid };
}

function withoutPython(): false | string {
  const path = pythonPath();
  return path !== null && existsSync(join(path, 'dicomweb_client'))
    ? false
    : 'SKIPPED: dicomweb-client could not be got (Python and pip)';
}
