import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { part10Header } from '../../../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../../../core/dicom/uids.ts';
import { MAX_REQUESTED_FRAMES } from '../../../../core/dicomweb/limits.ts';
import { codeOf } from '../../../../core/errors.ts';
import { MAX_INFLATED_BYTES } from '../../../../core/imaging/codec-limits.ts';
import type { ObjectStore } from '../../../../platform/object-store/object-store.ts';
import { openObjectStore } from '../../../../platform/object-store/open.ts';
import { frameNumbers } from '../../../../services/search/dicomweb/dicom-path.ts';
import {
  findFrames,
  readStoredFrame,
  requireAllFrames,
} from '../../../../services/search/dicomweb/frame-source.ts';
import { Frames } from '../../../../services/search/dicomweb/frames.ts';
import {
  MAX_BULK_FRAMES,
  MAX_HEADER_BYTES,
  MAX_WAITING_DECODES,
} from '../../../../services/search/dicomweb/limits.ts';
import { instancePath } from '../../../../services/search/dicomweb/metadata.ts';
import { openStoredObject } from '../../../../services/search/dicomweb/stored-object.ts';
import { buildDataSet, type Item } from '../../../core/dicom/data-set-builder.ts';

const CASE = 'c'.repeat(32);
const META = { sopClassUid: '1.2', sopInstanceUid: '1.3' };

async function storeOf(t: TestContext): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-stored-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return openObjectStore(folder);
}

async function open(store: ObjectStore, dataSet: Buffer, transferSyntaxUid: string) {
  const file = Buffer.concat([part10Header({ ...META, transferSyntaxUid }), dataSet]);
  const object = await store.put(CASE, file, 'application/dicom');
  const place = { caseId: CASE, study: '1', series: '2', instance: '1.3', numberOfFrames: 1 };
  return openStoredObject(store, { ...place, object, thumbnails: new Map() });
}

const pixels = (bits: number, frames: number, value: Buffer): Item => [
  [0x00280002, 'US', 1],
  [0x00280004, 'CS', 'MONOCHROME2'],
  [0x00280008, 'IS', String(frames)],
  [0x00280010, 'US', 1],
  [0x00280011, 'US', 3],
  [0x00280100, 'US', bits],
  [0x00280101, 'US', bits],
  [0x00280102, 'US', bits - 1],
  [0x7fe00010, 'OW', value],
];

test('frames of bytes in big endian words are put in order, also where they begin in the midst of a word', async (t) => {
  const value = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]).swap16();
  const transferSyntaxUid = TRANSFER_SYNTAX.EXPLICIT_BIG;
  const object = await open(
    await storeOf(t),
    buildDataSet(pixels(8, 3, value), { transferSyntaxUid }),
    transferSyntaxUid,
  );
  const places = await findFrames(object);
  const frames = await Promise.all([1, 2, 3].map((frame) => readStoredFrame(object, places, frame)));
  assert.deepEqual(
    frames.map(({ bytes }) => [...bytes]),
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
  );
});

test('an object that is cut off gives the frames that are whole', async (t) => {
  const whole = buildDataSet(pixels(16, 2, Buffer.alloc(12, 1)));
  const object = await open(
    await storeOf(t),
    whole.subarray(0, whole.length - 2),
    TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  );
  const places = await findFrames(object);
  assert.equal((await readStoredFrame(object, places, 1)).bytes.length, 6);
  await assert.rejects(readStoredFrame(object, places, 2), { code: 'IMAGE_UNDECODABLE' });
  await assert.rejects(readStoredFrame(object, places, 3), { code: 'INSTANCE_NOT_FOUND' });
});

test('so many frames wait for the decoder, and no more', async (t) => {
  const store = await storeOf(t);
  const frames = new Frames(store);
  t.after(() => frames.stop());
  const dataSet = buildDataSet(pixels(16, 1, Buffer.from('010002000300', 'hex')));
  const file = Buffer.concat([
    part10Header({ ...META, transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE }),
    dataSet,
  ]);
  const object = await store.put(CASE, file, 'application/dicom');
  const place = { caseId: CASE, study: '1', series: '2', instance: '1.3', numberOfFrames: 1 };
  const opened = await frames.open({ ...place, object, thumbnails: new Map() });
  const asked = Array.from({ length: MAX_WAITING_DECODES + 1 }, () => frames.decoded(opened, 1, null));
  const answers = await Promise.allSettled(asked);
  const refused = answers.filter((answer) => answer.status === 'rejected');
  assert.deepEqual(
    refused.map(({ reason }) => codeOf(reason)),
    ['TOO_MANY_REQUESTS'],
  );
});

test('a request names so many frames, from 1', () => {
  const list = (length: number) => Array.from({ length }, (_, i) => i + 1).join(',');
  assert.equal(frameNumbers(list(MAX_REQUESTED_FRAMES)).length, MAX_REQUESTED_FRAMES);
  for (const bad of [list(MAX_REQUESTED_FRAMES + 1), '', '0', '1,', '-1', '1e3'])
    assert.throws(() => frameNumbers(bad), { code: 'QUERY_INVALID' });
});

test('an object without pixels has a header and no frames', async (t) => {
  const object = await open(
    await storeOf(t),
    buildDataSet([[0x00080060, 'CS', 'SR']]),
    TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  );
  assert.equal(object.pixelDataAt, null);
  await assert.rejects(findFrames(object), { code: 'IMAGE_NO_PIXELS' });
});

test('a header without end is not read', async (t) => {
  const long = buildDataSet([[0x00420011, 'OB', Buffer.alloc(MAX_HEADER_BYTES)]]);
  await assert.rejects(open(await storeOf(t), long, TRANSFER_SYNTAX.EXPLICIT_LITTLE), {
    code: 'IMAGE_TOO_LARGE',
  });
});

test('all frames of an object are no more than its pixels are, whatever it claims', async (t) => {
  const store = await storeOf(t);
  const framesOf = async (bits: number, claimed: number, value: Buffer) => {
    const object = await open(
      store,
      buildDataSet(pixels(bits, claimed, value)),
      TRANSFER_SYNTAX.EXPLICIT_LITTLE,
    );
    return requireAllFrames(await findFrames(object));
  };
  assert.equal(await framesOf(16, 2, Buffer.alloc(12)), 2);
  await assert.rejects(framesOf(16, 3, Buffer.alloc(12)), { code: 'IMAGE_UNDECODABLE' });
  await assert.rejects(framesOf(16, 2_147_483_647, Buffer.alloc(12)), { code: 'IMAGE_UNDECODABLE' });
  const most = Buffer.alloc(MAX_BULK_FRAMES * 3 + 4);
  assert.equal(await framesOf(8, MAX_BULK_FRAMES, most), MAX_BULK_FRAMES);
  await assert.rejects(framesOf(8, MAX_BULK_FRAMES + 1, most), { code: 'IMAGE_TOO_LARGE' });
});

test('a deflated object is inflated as far as it is asked for, and never beyond the limit', async (t) => {
  const count = Math.ceil(MAX_INFLATED_BYTES / 6);
  const value = Buffer.alloc(count * 6);
  value.set([1, 0, 2, 0, 3, 0], 6);
  const bomb = deflateRawSync(buildDataSet(pixels(16, count, value)), { level: 1 });
  const object = await open(await storeOf(t), bomb, TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE);
  assert.ok(object.head.length < 200);
  assert.ok(object.head.buffer.byteLength < 1_000_000, 'its pixels are not held');
  const places = await findFrames(object);
  assert.deepEqual([...(await readStoredFrame(object, places, 2)).bytes], [1, 0, 2, 0, 3, 0]);
  await assert.rejects(readStoredFrame(object, places, count), { code: 'IMAGE_TOO_LARGE' });
});

test('a deflated object that is cut off gives its header, and the frames that are whole', async (t) => {
  const whole = deflateRawSync(buildDataSet(pixels(16, 2, Buffer.alloc(12, 1))), { level: 0 });
  const object = await open(
    await storeOf(t),
    whole.subarray(0, whole.length - 2),
    TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
  );
  const places = await findFrames(object);
  assert.equal((await readStoredFrame(object, places, 1)).bytes.length, 6);
  await assert.rejects(readStoredFrame(object, places, 2), { code: 'DICOM_DATA_SET_UNREADABLE' });
});

test('a deflated header without end is not read', async (t) => {
  const long = deflateRawSync(buildDataSet([[0x00420011, 'OB', Buffer.alloc(MAX_HEADER_BYTES)]]));
  await assert.rejects(open(await storeOf(t), long, TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE), {
    code: 'IMAGE_TOO_LARGE',
  });
});

/** Counts what is opened in a store. */
function countOpened(store: ObjectStore): () => number {
  const open = store.open.bind(store);
  let opened = 0;
  store.open = (...args) => {
    opened += 1;
    return open(...args);
  };
  return () => opened;
}

async function indexed(store: ObjectStore, dataSet: Buffer, transferSyntaxUid: string) {
  const file = Buffer.concat([part10Header({ ...META, transferSyntaxUid }), dataSet]);
  const object = await store.put(CASE, file, 'application/dicom');
  const place = { caseId: CASE, study: '1', series: '2', instance: '1.3', numberOfFrames: 1 };
  return { ...place, object, thumbnails: new Map<number, { sha256: string; media_type: string }>() };
}

test('an object that many ask for at once is opened once', async (t) => {
  const store = await storeOf(t);
  const opened = countOpened(store);
  const frames = new Frames(store);
  t.after(() => frames.stop());
  const image = await indexed(
    store,
    buildDataSet(pixels(16, 1, Buffer.alloc(6))),
    TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  );
  await frames.open(image);
  const alone = opened();
  const others = new Frames(store);
  t.after(() => others.stop());
  await Promise.all(Array.from({ length: 50 }, () => others.open(image)));
  assert.equal(opened() - alone, alone);
  const missing = { ...image, object: { ...image.object, sha256: '0'.repeat(64) } };
  const refused = await Promise.allSettled([others.open(missing), others.open(missing)]);
  assert.deepEqual(
    refused.map((one) => one.status),
    ['rejected', 'rejected'],
  );
  await assert.rejects(others.open(missing), { code: 'OBJECT_MISSING' });
});

test('a deflated object is inflated once for all of its frames', async (t) => {
  const store = await storeOf(t);
  const opened = countOpened(store);
  const frames = new Frames(store);
  t.after(() => frames.stop());
  const count = 100;
  const value = Buffer.alloc(count * 6);
  for (let i = 0; i < count; i++) value[i * 6] = i + 1;
  const deflated = deflateRawSync(buildDataSet(pixels(16, count, value)));
  const image = await indexed(store, deflated, TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE);
  const image1 = await frames.open(image);
  const all = await Promise.all(Array.from({ length: count }, (_, i) => frames.stored(image1, count - i)));
  assert.deepEqual(
    all.map(({ bytes }) => bytes[0]),
    Array.from({ length: count }, (_, i) => count - i),
  );
  await frames.stored(await frames.open(image), 1);
  assert.ok(opened() <= 5, `opened ${opened()} times`);
});

test('an index that holds a UID with line breaks makes no header of it', () => {
  const place = { caseId: CASE, study: '1.2', series: '1\r\nX-Of: 1', instance: '1.3', numberOfFrames: 1 };
  const object = { sha256: '', size: 0, mediaType: '' };
  const path = instancePath({ ...place, object, thumbnails: new Map() });
  assert.equal(path, '/studies/1.2/series/1%0D%0AX-Of%3A%201/instances/1.3');
});
