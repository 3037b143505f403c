import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeOf, InterleaveError } from '../../../core/errors.ts';
import { fittedSize } from '../../../core/imaging/fit-image.ts';
import type { ImageReceived, ObjectRef } from '../../../core/radiology/events.ts';
import { INPUT_SIZE } from '../../../models/efficientnet-lite0.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../platform/object-store/open.ts';
import { MAX_FETCHED_AHEAD_BYTES, MAX_OBJECT_BYTES } from '../../../services/inference/limits.ts';
import { ImageReader, isToBeRead } from '../../../services/inference/read-image.ts';
import { buildRadiograph } from '../../core/imaging/build-image.ts';

const caseId = randomBytes(16).toString('hex');
let dataDir: string;
let store: ObjectStore;
let object: ObjectRef;

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'interleave-inference-'));
  store = await openObjectStore(dataDir);
  object = await store.put(caseId, buildRadiograph(300, 0.5), 'application/dicom');
});
after(() => rm(dataDir, { recursive: true, force: true }));

const SIZE = fittedSize({ fit: 'letterbox', size: INPUT_SIZE });
const event = (ref: ObjectRef): ImageReceived => ({ caseId, object: ref }) as ImageReceived;

test('an object is read by its digest, and comes back small', async () => {
  const reader = new ImageReader(store);
  const { frames, problem } = await reader.read(event(object), [SIZE]);
  await reader.stop();
  assert.equal(problem, null);
  assert.equal(frames.length, 1);
  const input = frames[0]?.inputs.get(SIZE);
  assert.deepEqual([input?.width, input?.height], [INPUT_SIZE, INPUT_SIZE]);
  assert.deepEqual([frames[0]?.preview.width, frames[0]?.preview.height], [300, 300]);
});

test('what takes too long is a problem of this object; the next one is read', async () => {
  const reader = new ImageReader(store, 1);
  assert.deepEqual(await reader.read(event(object), [SIZE]), {
    frames: [],
    problem: 'IMAGE_UNDECODABLE',
  });
  const patient = new ImageReader(store, 20_000);
  const reading = patient.read(event(object), [SIZE]);
  assert.equal((await reading).problem, null);
  await Promise.all([reader.stop(), patient.stop()]);
});

test('one object after another, each in its turn', async () => {
  const reader = new ImageReader(store);
  const readings = await Promise.all([object, object, object].map((ref) => reader.read(event(ref), [SIZE])));
  await reader.stop();
  assert.deepEqual(readings[1], readings[0]);
  assert.deepEqual(readings[2], readings[0]);
});

test('one more is fetched while one is read, and no large one', async () => {
  let [fetched, read, most] = [0, 0, 0];
  const counting = {
    read: async (id: string, sha256: string) => {
      most = Math.max(most, ++fetched - read);
      return store.read(id, sha256);
    },
  } as unknown as ObjectStore;
  const held = async (ref: ObjectRef) => {
    const reader = new ImageReader(counting);
    [fetched, read, most] = [0, 0, 0];
    await Promise.all(Array.from({ length: 6 }, () => reader.read(event(ref), [SIZE]).then(() => read++)));
    await reader.stop();
    return most;
  };
  assert.equal(await held(object), 2);
  assert.equal(await held({ ...object, size: MAX_FETCHED_AHEAD_BYTES + 1 }), 1);
});

test('objects that are missing, changed or too large have a problem; a store that is away is waited for', async () => {
  const reader = new ImageReader(store);
  const problem = async (ref: ObjectRef) => (await reader.read(event(ref), [SIZE])).problem;
  assert.equal(await problem({ ...object, sha256: 'f'.repeat(64) }), 'OBJECT_MISSING');
  assert.equal(await problem({ ...object, size: MAX_OBJECT_BYTES + 1 }), 'IMAGE_TOO_LARGE');
  const changed = await store.put(caseId, buildRadiograph(20, 0.1), 'application/dicom');
  // A small object is in the journal first.
  await store.close();
  const place =
    (await readdir(dataDir, { recursive: true })).find((name) => name.endsWith(changed.sha256)) ?? '';
  await writeFile(join(dataDir, place), 'other bytes');
  assert.equal(await problem(changed), 'OBJECT_CORRUPT');
  await reader.stop();

  const away = { read: () => Promise.reject(new InterleaveError('OBJECT_STORE_UNAVAILABLE')) };
  const waiting = new ImageReader(away as unknown as ObjectStore);
  await assert.rejects(
    waiting.read(event(object), [SIZE]),
    (error) => codeOf(error) === 'OBJECT_STORE_UNAVAILABLE',
  );
});

test('only key images without a problem are read', () => {
  const image = { kind: 'IMAGE', keyImage: 'NAMED', problem: null } as ImageReceived;
  assert.ok(isToBeRead(image));
  assert.ok(!isToBeRead({ ...image, keyImage: 'NONE' }));
  assert.ok(!isToBeRead({ ...image, kind: 'PRESENTATION_STATE' }));
  assert.ok(!isToBeRead({ ...image, problem: 'DICOM_DATA_SET_UNREADABLE' }));
});
