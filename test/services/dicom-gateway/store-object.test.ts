import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import type { DicomObject } from '../../../core/dicom/dicom-object.ts';
import { part10Header, readPart10 } from '../../../core/dicom/part10.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { buildDataSet } from '../../core/dicom/data-set-builder.ts';
import { until } from '../../support/until.ts';
import { testGateway } from './test-gateway.ts';
import { CT, image, newUid, SECONDARY_CAPTURE, selection } from './test-objects.ts';

const SUCCESS = { status: 0, comment: '' };

describe('C-STORE', () => {
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

describe('C-STORE that cannot be kept now', () => {
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

describe('C-STORE that will never be accepted', () => {
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
      { code: 'DICOM_DATA_SET_TOO_LARGE', object: null },
      { code: 'DICOM_DATA_SET_TOO_LARGE', object: null },
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

describe('key images', () => {
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
  return Object.assign(Object.create(store) as ObjectStore, { writer });
}
