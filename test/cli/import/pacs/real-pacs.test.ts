/** Orthanc and DCMTK's dcmqrscp as the PACS of an import, by C-GET and by C-MOVE to a receiver that is not ours either. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ArchiveSource } from '../../../../cli/import/archive/archive-source.ts';
import { MAX_PIECE } from '../../../../cli/import/archive/limits.ts';
import { PacsArchive } from '../../../../cli/import/pacs/pacs-archive.ts';
import { dicomObjectOf } from '../../../../core/dicom/dicom-object.ts';
import { DEFAULT_KEY_IMAGE_RULE } from '../../../../core/dicom/key-image.ts';
import { TRANSFER_SYNTAX } from '../../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../../core/errors.ts';
import { dcmqrscp, noDcmqrscp } from '../../../../harness/dcmqrscp.ts';
import { noOrthanc, Orthanc } from '../../../../harness/orthanc.ts';
import { StoreReceiver } from '../../../../harness/store-receiver.ts';
import { archived, DX_IMAGE, freshUid, smallArchive } from '../../../support/archive-studies.ts';
import { bringAll, CollectingSink } from '../../../support/collecting-sink.ts';

interface Pacs {
  aeTitle: string;
  port: number;
  add(files: readonly Buffer[]): Promise<void>;
  stop(): Promise<unknown>;
}

const PEERS: [name: string, skip: string | false, start: (knows: Record<string, number>) => Promise<Pacs>][] =
  [
    [
      'Orthanc',
      noOrthanc,
      async (knows) => {
        const orthanc = await Orthanc.start({ knows, dicomweb: false });
        return {
          aeTitle: orthanc.aeTitle,
          port: orthanc.port,
          add: async (files) => {
            for (const file of files) await orthanc.add(file);
          },
          stop: () => orthanc.stop(),
        };
      },
    ],
    ['dcmqrscp', noDcmqrscp, dcmqrscp],
  ];

for (const [name, skip, start] of PEERS)
  describe(name, { skip }, () => {
    let pacs: Pacs;
    let receiver: StoreReceiver;
    let archive: Awaited<ReturnType<typeof smallArchive>>;

    before(async () => {
      receiver = await StoreReceiver.start();
      pacs = await start({ RECEIVER: receiver.port });
      // Of a series of more than MAX_PIECE lists are asked for. dcmqrscp has one transfer syntax for all objects of a class.
      const slices = MAX_PIECE + 3;
      archive = await smallArchive(
        name === 'Orthanc' ? { slices } : { slices, transferSyntax: TRANSFER_SYNTAX.EXPLICIT_LITTLE },
      );
      await pacs.add(archive.all.map(({ file }) => file));
    });
    after(async () => {
      await pacs?.stop();
      await receiver?.stop();
    });

    const source = (moveTo: string | null, only: 'all' | 'key-images', modalities: string[] = []) =>
      new ArchiveSource(
        new PacsArchive({
          host: '127.0.0.1',
          port: pacs.port,
          calledAeTitle: pacs.aeTitle,
          callingAeTitle: 'INTERLEAVE-CLI',
          moveTo,
          gateway: {
            host: '127.0.0.1',
            port: receiver.port,
            calledAeTitle: 'RECEIVER',
            callingAeTitle: 'INTERLEAVE-CLI',
          },
        }),
        {
          from: '20100101',
          to: '20201231',
          modalities,
          keyImages: only === 'all' ? null : DEFAULT_KEY_IMAGE_RULE,
        },
      );

    const uids = (objects: readonly { uid: string }[]) => objects.map(({ uid }) => uid).sort();

    it('sends by C-GET all that it holds, each data set as it was stored', async () => {
      const sink = new CollectingSink();
      const keys = await bringAll(source(null, 'all'), sink);
      assert.equal(new Set(keys).size, 2);
      assert.deepEqual([...sink.objects.keys()].sort(), uids(archive.all));
      for (const { uid, file } of archive.all) {
        const came = dicomObjectOf(sink.objects.get(uid) ?? Buffer.alloc(0));
        assert.equal(came.transferSyntaxUid, dicomObjectOf(file).transferSyntaxUid);
        assert.deepEqual(came.dataSet, dicomObjectOf(file).dataSet);
      }
      assert.equal(sink.turns, archive.all.length);
    });

    it('names its studies in the same order and under the same keys each time, without a UID in them', async () => {
      const first = await bringAll(source(null, 'all'), new CollectingSink());
      const second = await bringAll(source(null, 'all'), new CollectingSink());
      assert.deepEqual(second, first);
      for (const key of first) assert.doesNotMatch(key, /2\.25/);
    });

    it('sends by C-MOVE to the receiver, and each object is told', async () => {
      await receiver.clear();
      const sink = new CollectingSink();
      await bringAll(source('RECEIVER', 'all'), sink);
      assert.deepEqual(sink.accepted.sort(), uids(archive.all));
      assert.deepEqual((await receiver.received()).sort(), uids(archive.all));
    });

    for (const moveTo of [null, 'RECEIVER'])
      it(`brings key images only, the selection before what it names${moveTo === null ? '' : ', by C-MOVE'}`, async () => {
        await receiver.clear();
        const sink = new CollectingSink();
        await bringAll(source(moveTo, 'key-images'), sink);
        const { selection, named, capture, dx } = archive;
        assert.deepEqual(sink.accepted.sort(), uids([selection, named, capture, dx]));
        assert.ok(sink.accepted.length === 4);
        const order = sink.outcomes.map(({ item }) => item);
        assert.ok(order.indexOf(selection.uid) < order.indexOf(named.uid));
        if (moveTo !== null) assert.deepEqual((await receiver.received()).sort(), uids([named, capture, dx]));
      });

    it('takes studies of some modalities', async () => {
      const sink = new CollectingSink();
      await bringAll(source(null, 'all', ['DX']), sink);
      assert.deepEqual([...sink.objects.keys()], uids([archive.dx]));
    });

    it('that does not know the receiver ends the import, and says what is to be set', async () => {
      const sink = new CollectingSink();
      let last: unknown = null;
      for await (const unit of source('NOBODY', 'all').units(sink.signal))
        await unit.bring(sink).catch((error: unknown) => {
          last = error;
        });
      assert.ok(last instanceof InterleaveError);
      assert.equal(last.code, 'DICOM_MOVE_DESTINATION_UNKNOWN');
      assert.match(last.message, new RegExp(`NOBODY at port ${receiver.port} of this machine`));
      assert.deepEqual(sink.outcomes, []);
    });
  });

it('Orthanc that names two studies at a time has all of a day found', { skip: noOrthanc }, async () => {
  const orthanc = await Orthanc.start({ dicomweb: false, settings: { LimitFindResults: 2 } });
  try {
    const objects = await Promise.all(
      ['080000', '101500', '101500.250', '135959.999', '140000', '235959'].map((time) =>
        archived({ ...DX, study: freshUid(), series: freshUid(), time }),
      ),
    );
    for (const { file } of objects) await orthanc.add(file);
    const place = {
      host: '127.0.0.1',
      port: orthanc.port,
      calledAeTitle: orthanc.aeTitle,
      callingAeTitle: 'US',
    };
    const archive = new PacsArchive({ ...place, moveTo: null, gateway: place });
    const choice = { from: '20150101', to: '20181231', modalities: [], keyImages: null };
    const sink = new CollectingSink();
    await bringAll(new ArchiveSource(archive, choice), sink);
    assert.deepEqual(sink.accepted.sort(), objects.map(({ uid }) => uid).sort());
    assert.equal(sink.outcomes.length, objects.length, 'nothing else is told');
  } finally {
    await orthanc.stop();
  }
});

const DX = { sopClass: DX_IMAGE, modality: 'DX', date: '20180702' };
