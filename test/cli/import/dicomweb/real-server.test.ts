/** Orthanc with its DICOMweb plugin as the archive of an import. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ArchiveSource } from '../../../../cli/import/archive/archive-source.ts';
import { MAX_PIECE } from '../../../../cli/import/archive/limits.ts';
import { DicomwebArchive } from '../../../../cli/import/dicomweb/dicomweb-archive.ts';
import { HttpSource } from '../../../../clients/http-source.ts';
import { dicomObjectOf } from '../../../../core/dicom/dicom-object.ts';
import { DEFAULT_KEY_IMAGE_RULE } from '../../../../core/dicom/key-image.ts';
import { noOrthanc, Orthanc } from '../../../../harness/orthanc.ts';
import { smallArchive } from '../../../support/archive-studies.ts';
import { bringAll, CollectingSink } from '../../../support/collecting-sink.ts';

describe('Orthanc by DICOMweb', { skip: noOrthanc }, () => {
  const user = { name: 'importer', password: 'of-this-test' };
  const right = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
  let orthanc: Orthanc;
  let archive: Awaited<ReturnType<typeof smallArchive>>;

  before(async () => {
    orthanc = await Orthanc.start({ user });
    archive = await smallArchive({ slices: MAX_PIECE + 3 });
    for (const { file } of archive.all) await orthanc.add(file);
  });
  after(() => orthanc?.stop());

  const source = (only: 'all' | 'key-images', authorization: string | null = right) =>
    new ArchiveSource(
      new DicomwebArchive(
        new HttpSource({
          base: new URL(orthanc.dicomweb),
          authorization: async () => authorization,
          tls: {},
        }),
      ),
      {
        from: '20100101',
        to: '20201231',
        modalities: [],
        keyImages: only === 'all' ? null : DEFAULT_KEY_IMAGE_RULE,
      },
    );
  const uids = (objects: readonly { uid: string }[]) => objects.map(({ uid }) => uid).sort();

  it('sends all that it holds, each data set as it was stored', async () => {
    const sink = new CollectingSink();
    await bringAll(source('all'), sink);
    assert.deepEqual([...sink.objects.keys()].sort(), uids(archive.all));
    for (const { uid, file } of archive.all) {
      const came = dicomObjectOf(sink.objects.get(uid) ?? Buffer.alloc(0));
      assert.equal(came.transferSyntaxUid, dicomObjectOf(file).transferSyntaxUid);
      assert.deepEqual(came.dataSet, dicomObjectOf(file).dataSet);
    }
  });

  it('sends key images only, the selection before what it names', async () => {
    const sink = new CollectingSink();
    await bringAll(source('key-images'), sink);
    const { selection, named, capture, dx } = archive;
    assert.deepEqual(sink.accepted.sort(), uids([selection, named, capture, dx]));
    const order = sink.outcomes.map(({ item }) => item);
    assert.ok(order.indexOf(selection.uid) < order.indexOf(named.uid));
  });

  it('ends the import where it does not let us in', async () => {
    for (const authorization of [null, 'Bearer of-somebody-else'])
      await assert.rejects(bringAll(source('all', authorization), new CollectingSink()), {
        code: 'DICOMWEB_DENIED',
      });
  });
});
