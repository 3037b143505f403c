import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Archive, FoundStudies, FoundStudy } from '../../../../cli/import/archive/archive.ts';
import { type ArchiveChoice, ArchiveSource } from '../../../../cli/import/archive/archive-source.ts';
import {
  BUSY_WAIT_MS,
  MAX_INSTANCES,
  MAX_SERIES,
  QUERY_WAITS_MS,
} from '../../../../cli/import/archive/limits.ts';
import { DEFAULT_KEY_IMAGE_RULE } from '../../../../core/dicom/key-image.ts';
import { InterleaveError } from '../../../../core/errors.ts';
import { bringAll, CollectingSink } from '../../../support/collecting-sink.ts';

const study = (more: Partial<FoundStudy> = {}): FoundStudy => ({
  uid: '1.2.3',
  date: '20200110',
  time: '101010',
  modalities: null,
  instances: null,
  ...more,
});

function sourceOf(studies: () => Promise<FoundStudies>, choice: Partial<ArchiveChoice> = {}) {
  const archive: Archive = {
    studies,
    series: async () => [{ uid: '1.2.3.4', modality: 'CT' }],
    instances: async () => ({ instances: [{ uid: '1.2.3.4.5', sopClassUid: '1.2' }], complete: true }),
    bring: async (_, { object }) => object('1.2.3.4.5', Buffer.alloc(1)),
    gatewayAnswers: async () => true,
    close: async () => undefined,
  };
  const all = { from: '20200101', to: '20200131', modalities: [], keyImages: null, ...choice };
  return new ArchiveSource(archive, all, { waitsMs: [1, 1, 1], busyWaitMs: 1 });
}

const found = (...studies: FoundStudy[]): FoundStudies => ({ studies, complete: true, unreadable: 0 });
const keysOf = async (more: Partial<FoundStudy>, choice: Partial<ArchiveChoice> = {}) =>
  bringAll(
    sourceOf(async () => found(study(more)), choice),
    new CollectingSink(),
  );

describe('an archive', () => {
  it('that is away is asked again, some times', async () => {
    let asked = 0;
    const away = (times: number) =>
      sourceOf(async () => {
        asked += 1;
        if (asked <= times) throw new InterleaveError('DICOM_PEER_UNREACHABLE');
        return found(study());
      });
    assert.equal((await bringAll(away(3), new CollectingSink())).length, 1);
    asked = 0;
    await assert.rejects(bringAll(away(4), new CollectingSink()), { code: 'DICOM_PEER_UNREACHABLE' });
    assert.equal(asked, 4);
  });

  it('that is away is said to be, and for how long it is waited', async () => {
    const waits: [string, number][] = [];
    let asked = 0;
    const source = sourceOf(async () => {
      asked += 1;
      if (asked <= 2) throw new InterleaveError('DICOM_PEER_UNREACHABLE');
      return found(study());
    });
    const notes = {
      passOver: () => undefined,
      waiting: (code: string, waitMs: number) => void waits.push([code, waitMs]),
    };
    for await (const { item } of source.units(new AbortController().signal, notes))
      assert.equal(item, study().uid);
    assert.deepEqual(waits, [
      ['DICOM_PEER_UNREACHABLE', 1],
      ['DICOM_PEER_UNREACHABLE', 1],
    ]);
  });

  it('that refuses a query is not asked again', async () => {
    let asked = 0;
    const refusing = sourceOf(async () => {
      asked += 1;
      throw new InterleaveError('DICOM_QUERY_REFUSED');
    });
    await assert.rejects(bringAll(refusing, new CollectingSink()), { code: 'DICOM_QUERY_REFUSED' });
    assert.equal(asked, 1);
  });

  it('that is busy is asked once more before less is asked for', async () => {
    let asked = 0;
    const busy = sourceOf(async () => {
      asked += 1;
      if (asked === 1) throw new InterleaveError('DICOM_QUERY_BUSY');
      return found(study());
    });
    assert.equal((await bringAll(busy, new CollectingSink())).length, 1);
    assert.equal(asked, 2);
  });

  it('ends its walk when it is to stop', async () => {
    const stopping = new AbortController();
    const away = sourceOf(async () => {
      stopping.abort();
      throw new InterleaveError('DICOM_PEER_UNREACHABLE');
    });
    await assert.rejects(bringAll(away, new CollectingSink(stopping.signal)));
  });

  it('has a study come again that has grown, and one of which only key images came when all is wanted', async () => {
    const first = await keysOf({ instances: 3 });
    assert.deepEqual(await keysOf({ instances: 3, date: '20200111' }), first);
    assert.notDeepEqual(await keysOf({ instances: 4 }), first);
    assert.notDeepEqual(await keysOf({ instances: 3 }, { keyImages: DEFAULT_KEY_IMAGE_RULE }), first);
    assert.notDeepEqual(await keysOf({ instances: 3, uid: '1.2.4' }), first);
    assert.match(first[0] ?? '', /^archive:[0-9a-f]{32}$/);
  });

  it('has studies passed over that hold no wanted modality, where it says what they hold', async () => {
    const choice = { modalities: ['CT'] };
    assert.equal((await keysOf({ modalities: ['MR', 'PR'] }, choice)).length, 0);
    assert.equal((await keysOf({ modalities: ['MR', 'CT'] }, choice)).length, 1);
    assert.equal((await keysOf({ modalities: null }, choice)).length, 1);
  });

  it('that names something that cannot be read has it told, and the rest comes', async () => {
    const sink = new CollectingSink();
    await bringAll(
      sourceOf(async () => ({ ...found(study()), unreadable: 1 })),
      sink,
    );
    assert.deepEqual(sink.outcomes, [
      { item: '1.2.3.4.5', kind: 'image', accepted: true, code: '0000' },
      {
        item: 'studies of 20200101 to 20200131',
        kind: 'image',
        accepted: false,
        code: 'DICOM_DATA_SET_UNREADABLE',
      },
    ]);
  });

  it('has its limits', () => {
    assert.deepEqual(QUERY_WAITS_MS, [1_000, 5_000, 15_000, 60_000, 60_000, 60_000]);
    assert.deepEqual([BUSY_WAIT_MS, MAX_SERIES, MAX_INSTANCES], [2_000, 10_000, 100_000]);
  });
});
