import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import type { DicomObject } from '../../../core/dicom/dicom-object.ts';
import { part10Header, readPart10 } from '../../../core/dicom/part10.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { buildDataSet } from '../../core/dicom/data-set-builder.ts';
import { testGateway } from './test-gateway.ts';
import {
  CT,
  image,
  newUid,
  presentation,
  SECONDARY_CAPTURE,
  selection,
  withoutPixels,
} from './test-objects.ts';

const SUCCESS = { status: 0, comment: '' };

describe('B5.1 C-STORE 0000', () => {
  it('is acknowledged when the object is stored and its event published, not before', async (t) => {
    let publish: () => void = () => undefined;
    const published = new Promise<void>((resolve) => {
      publish = resolve;
    });
    const seen: boolean[] = [];
    const object = image();
    const gateway = await testGateway(t, {
      publish: async (event) => {
        seen.push(await gateway.store.has(event.caseId, event.object.sha256));
        await published;
      },
    });
    const sender = await gateway.connect(object);
    let answer: unknown = null;
    const answered = sender.store(object).then((value) => {
      answer = value;
    });
    await until(() => seen.length === 1, 5_000);
    await sleep(100);
    assert.deepEqual(seen, [true], 'durable before the event');
    assert.equal(answer, null, 'no answer before the event');
    publish();
    await answered;
    assert.deepEqual(answer, SUCCESS);
    await sender.release();
  });

  it('keeps the data set as it came behind a Part 10 header', async (t) => {
    const object = image({ pixels: Buffer.alloc(700_000, 9) });
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object);
    assert.deepEqual(await sender.store(object), SUCCESS);
    const [event] = gateway.published;
    assert.ok(event !== undefined);
    const file = await gateway.store.read(event.caseId, event.object.sha256);
    const part10 = readPart10(file);
    assert.ok(part10 !== null);
    assert.deepEqual(file.subarray(part10.dataSetOffset), object.dataSet);
    assert.equal(event.object.size, file.length);
    assert.equal(event.object.sha256, createHash('sha256').update(file).digest('hex'));
    assert.equal(event.callingAeTitle, 'TEST');
    assert.equal(event.keyImage, 'NONE');
    assert.equal(event.rows, 4);
    await sender.release();
  });

  it('can be repeated: the same bytes give the same object and event', async (t) => {
    const object = image();
    const other = image({ sopInstanceUid: object.sopInstanceUid, pixels: Buffer.alloc(32, 2) });
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object);
    for (const one of [object, object, other]) assert.deepEqual(await sender.store(one), SUCCESS);
    const [first, second, third] = gateway.published;
    assert.equal(first?.eventId, second?.eventId);
    assert.equal(first?.object.sha256, second?.object.sha256);
    assert.notEqual(first?.eventId, third?.eventId);
    assert.notEqual(first?.object.sha256, third?.object.sha256);
    await sender.release();
  });

  it('gives an object with two accession numbers to both cases', async (t) => {
    const object = image({ more: [[0x00400275, 'SQ', [[[0x00080050, 'SH', 'A2']]]]] });
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object);
    assert.deepEqual(await sender.store(object), SUCCESS);
    assert.deepEqual(gateway.published.map((event) => event.caseKey.value).sort(), ['A1', 'A2']);
    for (const { caseId, object: ref } of gateway.published)
      assert.ok(await gateway.store.has(caseId, ref.sha256));
    await sender.release();
  });

  it('inflates a deflated header', async (t) => {
    const plain = image({ accession: 'DEFLATED' });
    const transferSyntaxUid = TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE;
    const object = { ...plain, transferSyntaxUid, dataSet: deflateRawSync(plain.dataSet) };
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object);
    assert.deepEqual(await sender.store(object), SUCCESS);
    assert.equal(gateway.published[0]?.caseKey.value, 'DEFLATED');
    await sender.release();
  });
});

describe('B5.1 other bytes under a SOP Instance UID that is known', () => {
  const object = image();
  const other = image({ sopInstanceUid: object.sopInstanceUid, pixels: Buffer.alloc(32, 2) });

  it('are stored beside, and flagged', async (t) => {
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object);
    for (const one of [object, object, other]) assert.deepEqual(await sender.store(one), SUCCESS);
    await sender.release();
    assert.deepEqual(
      gateway.published.map((event) => event.problem),
      [null, null, 'DICOM_INSTANCE_CHANGED'],
    );
    for (const { caseId, object: ref } of gateway.published)
      assert.ok(await gateway.store.has(caseId, ref.sha256));
  });

  it('are refused where the site wants that, and kept with a dead letter', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_CHANGED_OBJECTS: 'refuse' } });
    const sender = await gateway.connect(object);
    assert.deepEqual(await sender.store(object), SUCCESS);
    assert.deepEqual(await sender.store(other), { status: 0xc002, comment: 'DICOM_INSTANCE_CHANGED' });
    assert.deepEqual(await sender.store(object), SUCCESS, 'the first one still is the one');
    await sender.release();
    assert.equal(gateway.published.length, 2);
    const [letter] = gateway.deadLetters;
    assert.ok(letter?.object && (await gateway.store.has(letter.caseId, letter.object.sha256)));
  });
});

describe('objects that the site does not take', () => {
  const DOSE_REPORT = '1.2.840.10008.5.1.4.1.1.88.67';

  it('are refused when they are proposed', async (t) => {
    const gateway = await testGateway(t, { env: { DICOM_REFUSED_OBJECTS: 'DOSE_REPORT,WAVEFORM' } });
    const [report, ct] = [image({ sopClassUid: DOSE_REPORT }), image()];
    const sender = await gateway.connect(report, ct);
    assert.deepEqual([sender.accepts(report), sender.accepts(ct)], [false, true]);
    await sender.release();
  });

  it('are stored and announced otherwise, without becoming key images', async (t) => {
    const gateway = await testGateway(t);
    const report = withoutPixels(DOSE_REPORT);
    const sender = await gateway.connect(report);
    assert.deepEqual(await sender.store(report), SUCCESS);
    await sender.release();
    assert.deepEqual(
      gateway.published.map((event) => [event.kind, event.keyImage]),
      [['OTHER', 'NONE']],
    );
  });
});

describe('B5.1 C-STORE that cannot be kept now', () => {
  const AWAY: ConstructorParameters<typeof InterleaveError>[0][] = ['KAFKA_UNAVAILABLE', 'KAFKA_BUSY'];
  for (const code of AWAY) {
    it(`is A700 on ${code}, and the association goes on`, async (t) => {
      let away = true;
      const object = image();
      const gateway = await testGateway(t, {
        publish: async () => {
          if (away) throw new InterleaveError(code);
        },
      });
      const sender = await gateway.connect(object);
      assert.deepEqual(await sender.store(object), { status: 0xa700, comment: code });
      assert.deepEqual(gateway.deadLetters, []);
      away = false;
      assert.deepEqual(await sender.store(object), SUCCESS);
      await sender.release();
    });
  }

  it('is A700 when the disk is full, at the start or in the midst', async (t) => {
    let failAfter = 0;
    const object = image({ pixels: Buffer.alloc(1_000_000) });
    const gateway = await testGateway(t, { wrap: (store) => failing(store, () => failAfter) });
    const sender = await gateway.connect(object);
    const refused = { status: 0xa700, comment: 'OBJECT_STORE_FULL' };
    assert.deepEqual(await sender.store(object), refused);
    failAfter = 500_000;
    assert.deepEqual(await sender.store(object), refused);
    failAfter = Number.POSITIVE_INFINITY;
    assert.deepEqual(await sender.store(object), SUCCESS);
    assert.equal(gateway.published.length, 1);
    assert.deepEqual(await gateway.incoming(), [], 'nothing is left half written');
    await sender.release();
  });

  it('leaves nothing behind when the sender goes away in the midst', async (t) => {
    const object = image({ pixels: Buffer.alloc(40_000_000) });
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object);
    const stored = assert.rejects(sender.store(object));
    await until(async () => (await gateway.incoming()).length === 1, 5_000);
    sender.abort();
    await stored;
    await until(() => gateway.ended.length === 1, 5_000);
    assert.deepEqual(await gateway.incoming(), []);
    assert.deepEqual(gateway.published, []);
  });
});

describe('B5.1 C-STORE that will never be accepted', () => {
  const dataSet = (sopClass: string, sopInstance: string) =>
    buildDataSet([
      [0x00080016, 'UI', sopClass],
      [0x00080018, 'UI', sopInstance],
    ]);
  const broken = (changes: Partial<DicomObject>): DicomObject => ({ ...image(), ...changes });
  const cases: [string, DicomObject, number, string][] = [
    ['another SOP class', broken({ dataSet: dataSet('1.2.3', '1.2') }), 0xa900, 'DICOM_DATA_SET_MISMATCH'],
    ['another SOP instance', broken({ dataSet: dataSet(CT, '9.9') }), 0xa900, 'DICOM_DATA_SET_MISMATCH'],
    ['no SOP instance', broken({ dataSet: dataSet(CT, '') }), 0xc000, 'DICOM_SOP_INSTANCE_UID_MISSING'],
    [
      'a SOP Instance UID longer than any',
      image({ sopInstanceUid: `1${'.1'.repeat(1_000)}` }),
      0xc000,
      'DICOM_UID_INVALID',
    ],
    [
      'a Series Instance UID that is a header',
      image({ more: [[0x0020000e, 'UI', '1.2\r\nX-Of: 1']] }),
      0xc000,
      'DICOM_UID_INVALID',
    ],
    ['garbage', broken({ dataSet: Buffer.alloc(4000, 'A') }), 0xc000, 'DICOM_DATA_SET_UNREADABLE'],
    [
      'a cut off header',
      broken({ dataSet: image().dataSet.subarray(0, 21) }),
      0xc000,
      'DICOM_DATA_SET_UNREADABLE',
    ],
    [
      'a broken deflate stream',
      broken({
        transferSyntaxUid: TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
        dataSet: Buffer.alloc(4000, 0xff),
      }),
      0xc000,
      'DICOM_DATA_SET_UNREADABLE',
    ],
  ];
  for (const [name, object, status, code] of cases) {
    it(`is ${status.toString(16)} for ${name}, and a dead letter with its bytes`, async (t) => {
      const gateway = await testGateway(t);
      const good = image();
      const sender = await gateway.connect(object, good);
      assert.deepEqual(await sender.store(object), { status, comment: code });
      assert.equal(gateway.deadLetters[0]?.code, code);
      const sha256 = gateway.deadLetters[0]?.object?.sha256 ?? '';
      const kept = await gateway.store.read('unknown', sha256);
      assert.deepEqual(kept, Buffer.concat([part10Header(object), object.dataSet]));
      assert.deepEqual(gateway.published, []);
      assert.deepEqual(await sender.store(good), SUCCESS, 'the next one is not hurt');
      await sender.release();
    });
  }

  it('is C001 beyond the size limit, at any size below the one where the association ends', async (t) => {
    const maxDataSetLength = 100_000;
    const of = (length: number) =>
      image({ pixels: Buffer.alloc(length - image({ pixels: Buffer.alloc(0) }).dataSet.length) });
    const gateway = await testGateway(t, { maxDataSetLength });
    const sender = await gateway.connect(image());
    const refused = { status: 0xc001, comment: 'DICOM_DATA_SET_TOO_LARGE' };
    assert.deepEqual(await sender.store(of(100_000)), SUCCESS);
    assert.deepEqual(await sender.store(of(100_002)), refused);
    assert.deepEqual(await sender.store(of(400_000)), refused);
    assert.deepEqual(gateway.deadLetters, [
      { code: 'DICOM_DATA_SET_TOO_LARGE', object: null, caseId: 'unknown' },
      { code: 'DICOM_DATA_SET_TOO_LARGE', object: null, caseId: 'unknown' },
    ]);
    assert.deepEqual(await gateway.incoming(), []);
    await assert.rejects(sender.store(of(400_002)));
    await until(() => gateway.ended.length === 1, 5_000);
    assert.deepEqual(gateway.ended, [{ outcome: 'aborted', problem: 'DICOM_DATA_SET_TOO_LARGE' }]);
  });

  it('is C001 for what inflates beyond the size limit', async (t) => {
    const plain = image({ more: [[0x00091001, 'OB', Buffer.alloc(1_000_000)]] });
    const transferSyntaxUid = TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE;
    const bomb = { ...plain, transferSyntaxUid, dataSet: deflateRawSync(plain.dataSet) };
    const gateway = await testGateway(t, { maxDataSetLength: 500_000 });
    const sender = await gateway.connect(bomb);
    assert.equal((await sender.store(bomb)).status, 0xc001);
    await sender.release();
  });

  it('is A700 as long as the dead letter cannot be written', async (t) => {
    const object = broken({ dataSet: Buffer.alloc(4000, 'A') });
    const gateway = await testGateway(t, {
      deadLetter: async () => {
        throw new InterleaveError('KAFKA_UNAVAILABLE');
      },
    });
    const sender = await gateway.connect(object);
    assert.deepEqual(await sender.store(object), { status: 0xa700, comment: 'KAFKA_UNAVAILABLE' });
    await sender.release();
  });
});

describe('B5.6 key images', () => {
  it('are what a selection named before', async (t) => {
    const object = image();
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object, selection([]));
    for (const one of [selection([object]), object]) assert.deepEqual(await sender.store(one), SUCCESS);
    assert.deepEqual(
      gateway.published.map((event) => [event.kind, event.keyImage, event.references.length]),
      [
        ['KEY_OBJECT_SELECTION', 'NONE', 1],
        ['IMAGE', 'NAMED', 0],
      ],
    );
    await sender.release();
  });

  it('are what a selection names later: the event comes again', async (t) => {
    const object = image();
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object, selection([]));
    for (const one of [object, image(), selection([object]), selection([object])]) {
      assert.deepEqual(await sender.store(one), SUCCESS);
    }
    const events = gateway.published.filter((event) => event.sopInstanceUid === object.sopInstanceUid);
    assert.deepEqual(
      events.map((event) => event.keyImage),
      ['NONE', 'NAMED'],
    );
    assert.equal(events[0]?.eventId, events[1]?.eventId);
    await sender.release();
  });

  it('are what a selection names after a restart', async (t) => {
    const memory = await mkdtemp(join(tmpdir(), 'interleave-memory-'));
    t.after(() => rm(memory, { recursive: true, force: true }));
    const object = image();
    const before = await testGateway(t, { memory });
    const first = await before.connect(object);
    assert.deepEqual(await first.store(object), SUCCESS);
    await first.release();
    await before.stop();
    const after = await testGateway(t, { memory });
    const second = await after.connect(selection([]));
    assert.deepEqual(await second.store(selection([object])), SUCCESS);
    await second.release();
    const named = after.published.filter((event) => event.kind === 'IMAGE');
    assert.deepEqual(
      named.map((event) => [event.sopInstanceUid, event.keyImage]),
      [[object.sopInstanceUid, 'NAMED']],
    );
    assert.equal(named[0]?.object.sha256, before.published[0]?.object.sha256);
  });

  it('are those of a CT of 1,000 slices that a selection names when all of them are there', async (t) => {
    const slices = Array.from({ length: 1_000 }, () => image());
    const gateway = await testGateway(t, { sync: false });
    const named = [0, 499, 999].flatMap((n) => slices[n] ?? []);
    const sender = await gateway.connect(image(), selection([]));
    for (const slice of slices) assert.deepEqual(await sender.store(slice), SUCCESS);
    assert.ok(gateway.published.every((event) => event.keyImage === 'NONE'));
    assert.deepEqual(await sender.store(selection(named)), SUCCESS);
    await sender.release();
    assert.deepEqual(
      gateway.published.filter((event) => event.keyImage === 'NAMED').map((event) => event.sopInstanceUid),
      named.map((slice) => slice.sopInstanceUid),
    );
  });

  it('are what comes at the same time as the selection that names it', async (t) => {
    const objects = Array.from({ length: 20 }, () => image());
    const gateway = await testGateway(t, { sync: false });
    const [images, selections] = [await gateway.connect(image()), await gateway.connect(selection([]))];
    await Promise.all(
      objects.flatMap((object) => [images.store(object), selections.store(selection([object]))]),
    );
    for (const { sopInstanceUid } of objects) {
      const last = gateway.published.filter((event) => event.sopInstanceUid === sopInstanceUid).at(-1);
      assert.equal(last?.keyImage, 'NAMED');
    }
    await Promise.all([images.release(), selections.release()]);
  });

  it('are marked only by what the site says', async (t) => {
    const gateway = await testGateway(t, { env: { KEY_IMAGE_MARKS: 'PRESENTATION_STATE' } });
    const [a, b] = [image(), image()];
    const capture = image({ sopClassUid: SECONDARY_CAPTURE });
    const sender = await gateway.connect(a, capture, selection([]), presentation([]));
    for (const one of [selection([a]), presentation([b]), a, b, capture])
      assert.deepEqual(await sender.store(one), SUCCESS);
    assert.deepEqual(
      gateway.published.filter((event) => event.kind === 'IMAGE').map((event) => event.keyImage),
      ['NONE', 'NAMED', 'NONE'],
    );
    await sender.release();
  });

  it('are not what a rejection note names', async (t) => {
    const object = image();
    const gateway = await testGateway(t);
    const sender = await gateway.connect(object, selection([]));
    for (const one of [object, selection([object], '113001')])
      assert.deepEqual(await sender.store(one), SUCCESS);
    assert.deepEqual(
      gateway.published.map((event) => [event.sopClassUid, event.keyImage, event.titleCode]),
      [
        [CT, 'NONE', ''],
        [KEY_OBJECT_SELECTION, 'NONE', '113001'],
      ],
    );
    await sender.release();
  });

  it('a rejection note is in the register before anything of it is anywhere, and before it is acknowledged', async (t) => {
    const [a, b] = [image(), image()];
    let registered = false;
    const gateway = await testGateway(t, {
      reject: async () => {
        registered = true;
      },
      publish: async ({ titleCode }) => assert.ok(titleCode !== '113001' || registered),
    });
    const note = selection([a, b], '113001');
    const sender = await gateway.connect(note);
    assert.deepEqual(await sender.store(note), SUCCESS);
    assert.deepEqual(
      gateway.rejected.map(({ sopInstanceUid, noteUid, titleCode }) => [sopInstanceUid, noteUid, titleCode]),
      [a, b].map(({ sopInstanceUid }) => [sopInstanceUid, note.sopInstanceUid, '113001']),
    );
    await sender.release();
  });

  it('a rejection note is not acknowledged while the register cannot be written', async (t) => {
    const note = selection([image()], '113039');
    const gateway = await testGateway(t, {
      reject: () => Promise.reject(new InterleaveError('KAFKA_UNAVAILABLE')),
    });
    const sender = await gateway.connect(note);
    assert.deepEqual(await sender.store(note), { status: 0xa700, comment: 'KAFKA_UNAVAILABLE' });
    assert.deepEqual(gateway.published, []);
    await sender.release();
  });

  it('are secondary captures and the first of a series, where the site wants that', async (t) => {
    const gateway = await testGateway(t, { env: { KEY_IMAGE_SERIES_MAXIMUM: '2' } });
    const [a, b, c] = [image(), image(), image()];
    const capture = image({ sopClassUid: SECONDARY_CAPTURE, sopInstanceUid: newUid() });
    const sender = await gateway.connect(a, capture);
    for (const one of [a, b, a, c, capture]) assert.deepEqual(await sender.store(one), SUCCESS);
    assert.deepEqual(
      gateway.published.map((event) => event.keyImage),
      ['SMALL_SERIES', 'SMALL_SERIES', 'SMALL_SERIES', 'NONE', 'SECONDARY_CAPTURE'],
    );
    await sender.release();
  });
});

/** A store that fails after so many bytes of an object. */
function failing(store: ObjectStore, failAfter: () => number): ObjectStore {
  const writer = async () => {
    const inner = await store.writer();
    return Object.assign(Object.create(inner) as typeof inner, {
      write: async (chunk: Buffer) => {
        if (inner.size + chunk.length > failAfter()) throw new InterleaveError('OBJECT_STORE_FULL');
        await inner.write(chunk);
      },
      commit: (caseIds: string[], mediaType: string) => inner.commit(caseIds, mediaType),
      abort: () => inner.abort(),
    });
  };
  const note: ObjectStore['note'] = (...args) => store.note(...args);
  return Object.assign(Object.create(store) as ObjectStore, { writer, note });
}
