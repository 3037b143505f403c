/** Every real DICOM file of the shared data is sent as it is, and what is stored is what was sent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { DimseSender } from '../../../clients/dimse-sender.ts';
import { type DicomObject, dicomObjectOf } from '../../../core/dicom/dicom-object.ts';
import { part10Header } from '../../../core/dicom/part10.ts';
import { STATUS } from '../../../core/dicom/status.ts';
import { missing, sharedData } from '../../../harness/shared-data.ts';
import { engines } from '../../support/engines.ts';
import { readEvents, runningGateway } from './running-gateway.ts';
import { connect } from './test-gateway.ts';

/** Classes outside of the standard's storage arc that the set holds: two private ones and a colour palette. */
const EXTRA_CLASSES =
  '1.3.46.670589.5.0.1.1,2.25.215425430857432966361489015284054781485,1.2.840.10008.5.1.4.39.1';

/** Directories on a medium are no objects that one stores over the network (PS3.4 B.5). */
const DICOMDIR = '1.2.840.10008.1.3.10';

/**
 * Broken files, and what is wrong with each: no SOP Instance UID in the data set (snippets, anonymised badly), or a data
 * set that ends within an element (DCMTK's dcmdump stumbles over these as well).
 */
const REFUSED: Record<string, string> = {
  'chrSQEncoding.dcm': 'DICOM_SOP_INSTANCE_UID_MISSING',
  'chrSQEncoding1.dcm': 'DICOM_SOP_INSTANCE_UID_MISSING',
  'UN_sequence.dcm': 'DICOM_SOP_INSTANCE_UID_MISSING',
  'no_meta_group_length.dcm': 'DICOM_SOP_INSTANCE_UID_MISSING',
  'priv_SQ.dcm': 'DICOM_SOP_INSTANCE_UID_MISSING',
  'FreezePattern.dcm': 'DICOM_SOP_INSTANCE_UID_MISSING',
  'GH179A.dcm': 'DICOM_DATA_SET_UNREADABLE',
  'GH179B.dcm': 'DICOM_DATA_SET_UNREADABLE',
  'GH626.dcm': 'DICOM_DATA_SET_UNREADABLE',
};

/** Files without any SOP class or instance cannot be sent at all. */
const MOST_UNREADABLE = 12;

describe('real DICOM files', { skip: missing('dicom', 'manifest.csv') }, () => {
  it('are acknowledged, stored byte for byte, and published', async (t) => {
    const { objects, unreadable } = await readAll();
    assert.ok(unreadable.length <= MOST_UNREADABLE, `cannot be sent: ${unreadable.join(', ')}`);
    const { kafkaBrokers } = await engines();
    const gateway = await runningGateway(t, kafkaBrokers, {
      INTERLEAVE_DICOM_EXTRA_SOP_CLASSES: EXTRA_CLASSES,
    });
    const sender = await connect(gateway.port, ...objects.map(([, object]) => object));
    const acknowledged: DicomObject[] = [];
    for (const [name, object] of objects) {
      assert.ok(sender.accepts(object), `${name}: no context`);
      const { status, comment } = await storeAtLast(sender, object);
      assert.equal(comment, REFUSED[name] ?? '', name);
      if (status === 0) acknowledged.push(object);
    }
    await sender.release();
    assert.ok(acknowledged.length >= 225, `${acknowledged.length} of ${objects.length}`);

    const wanted = new Set(acknowledged.map(fileDigest));
    const events = await readEvents(gateway, (found) => {
      const digests = new Set(found.map((event) => event.object.sha256));
      return [...wanted].every((digest) => digests.has(digest));
    });
    for (const { caseId, object } of events) {
      assert.ok(wanted.has(object.sha256));
      const file = await gateway.store.read(caseId, object.sha256); // its SHA-256 is checked there
      assert.equal(file.length, object.size);
    }
    t.diagnostic(
      `${acknowledged.length} acknowledged, ${objects.length - acknowledged.length} refused for good`,
    );
  });
});

/** Sends again on A700, as senders do: a busy machine may take longer than the gateway waits for Kafka. */
async function storeAtLast(sender: DimseSender, object: DicomObject) {
  let answer = await sender.store(object);
  for (let i = 0; i < 10 && answer.status === STATUS.OUT_OF_RESOURCES; i += 1)
    answer = await sender.store(object);
  return answer;
}

/** The digest of the file that has to be in the store: our header, and the data set byte for byte. */
function fileDigest(object: DicomObject): string {
  return createHash('sha256').update(part10Header(object)).update(object.dataSet).digest('hex');
}

async function readAll() {
  const objects: [name: string, object: DicomObject][] = [];
  const unreadable: string[] = [];
  const entries = await readdir(sharedData('dicom'), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || /\.(csv|md)$/.test(entry.name)) continue;
    try {
      const object = dicomObjectOf(await readFile(join(entry.parentPath, entry.name)));
      if (object.sopClassUid !== DICOMDIR) objects.push([entry.name, object]);
    } catch {
      unreadable.push(entry.name);
    }
  }
  return { objects, unreadable };
}
