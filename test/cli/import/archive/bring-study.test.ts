import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Archive, FoundInstance, ListedSeries, Piece } from '../../../../cli/import/archive/archive.ts';
import { bringStudy, StudyProgress } from '../../../../cli/import/archive/bring-study.ts';
import { MAX_PIECE, MAX_ROUNDS, ROUND_NUMBER } from '../../../../cli/import/archive/limits.ts';
import { DEFAULT_MAX_LAG } from '../../../../cli/import/limits.ts';
import { DEFAULT_KEY_IMAGE_RULE, type KeyImageRule } from '../../../../core/dicom/key-image.ts';
import { InterleaveError } from '../../../../core/errors.ts';
import { CT_IMAGE, keySelection } from '../../../support/archive-studies.ts';
import { CollectingSink } from '../../../support/collecting-sink.ts';

const STUDY = '1.2';
const KO = '1.2.840.10008.5.1.4.1.1.88.59';
const CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

function series(uid: string, modality: string, count: number, sopClassUid = CT_IMAGE): ListedSeries {
  const instances = Array.from(
    { length: count },
    (_, n): FoundInstance => ({ uid: `${uid}.${n + 1}`, sopClassUid }),
  );
  return { uid, modality, instances, complete: true };
}

/** An archive that holds these series, and `elsewhere` those of other studies; what it was asked for is kept. */
function archiveOf(
  own: readonly ListedSeries[],
  files = new Map<string, Buffer>(),
  elsewhere: readonly ListedSeries[] = [],
) {
  const pieces: Piece[] = [];
  const archive: Archive = {
    studies: async () => ({ studies: [], complete: true, unreadable: 0 }),
    series: async () => own.map(({ uid, modality }) => ({ uid, modality })),
    instances: async (_, uid) => {
      const found = [...own, ...elsewhere].find((one) => one.uid === uid);
      return { instances: found?.instances ?? [], complete: found?.complete ?? true };
    },
    async bring(piece, { object }) {
      pieces.push(piece);
      const all = [...own, ...elsewhere].find((one) => one.uid === piece.series)?.instances ?? [];
      for (const { uid } of piece.whole ? all : piece.instances)
        await object(uid, files.get(uid) ?? Buffer.alloc(1));
    },
    gatewayAnswers: async () => true,
    close: async () => undefined,
  };
  return { archive, pieces };
}

async function brought(archive: Archive, keyImages: KeyImageRule | null, modalities: string[] = []) {
  const sink = new CollectingSink();
  await bringStudy(archive, STUDY, { modalities, keyImages, sink, progress: new StudyProgress() });
  return sink;
}

const told = (pieces: readonly Piece[]) =>
  pieces.map(
    (piece) => `${piece.series} ${piece.whole ? 'whole' : piece.instances.map(({ uid }) => uid).join(' ')}`,
  );

describe('a study', () => {
  it('comes series by series; a long one in lists', async () => {
    const { archive, pieces } = archiveOf([series('1.2.1', 'CT', 3), series('1.2.2', 'CT', MAX_PIECE + 20)]);
    const sink = await brought(archive, null);
    assert.equal(sink.objects.size, MAX_PIECE + 23);
    assert.deepEqual(
      pieces.map(({ whole, instances }) => [whole, instances.length]),
      [
        [true, 3],
        [false, MAX_PIECE],
        [false, 20],
      ],
    );
    assert.equal(sink.turns, MAX_PIECE + 23);
    assert.ok(2 * MAX_PIECE <= DEFAULT_MAX_LAG, 'two pieces fit before the services');
  });

  it('has a series asked for whole of which the archive may not have named all', async () => {
    const some = { ...series('1.2.1', 'CT', 150), complete: false };
    const round = series('1.2.2', 'CT', 3 * ROUND_NUMBER);
    const unnamed = series('1.2.3', 'CT', 0);
    const { archive, pieces } = archiveOf([some, round, unnamed]);
    await brought(archive, null);
    assert.deepEqual(told(pieces), ['1.2.1 whole', '1.2.2 whole', '1.2.3 whole']);
  });

  it('comes again where such a series failed in part, and is told by its UID where it always does', async () => {
    const { archive } = archiveOf([series('1.2.1', 'CT', 0), series('1.2.2', 'CT', 2)]);
    const { bring } = archive;
    archive.bring = async (piece, delivery, signal) => {
      if (piece.series === '1.2.1') throw new InterleaveError('DICOM_RETRIEVE_FAILED');
      await bring(piece, delivery, signal);
    };
    const sink = new CollectingSink();
    const options = { modalities: [], keyImages: null, sink, progress: new StudyProgress() };
    for (let round = 1; round < MAX_ROUNDS; round++)
      await assert.rejects(bringStudy(archive, STUDY, options), { code: 'DICOM_RETRIEVE_FAILED' });
    await bringStudy(archive, STUDY, options);
    assert.deepEqual(sink.outcomes.at(-1), {
      item: '1.2.1',
      kind: 'image',
      accepted: false,
      code: 'DICOM_RETRIEVE_FAILED',
    });
  });

  it('is passed over where none of its series is of a modality that was asked for', async () => {
    const { archive, pieces } = archiveOf([series('1.2.1', 'CT', 3)]);
    await brought(archive, null, ['MR']);
    assert.deepEqual(pieces, []);
    await brought(archive, null, ['MR', 'CT']);
    assert.equal(pieces.length, 1);
  });

  it('leaves one series that the archive cannot send, and brings the others', async () => {
    const { archive } = archiveOf([series('1.2.1', 'CT', 2), series('1.2.2', 'CT', 2)]);
    const { bring } = archive;
    archive.bring = async (piece, delivery, signal) => {
      if (piece.series === '1.2.1') throw new InterleaveError('DICOM_RETRIEVE_FAILED');
      await bring(piece, delivery, signal);
    };
    const sink = new CollectingSink();
    const progress = new StudyProgress();
    const options = { modalities: [], keyImages: null, sink, progress };
    await assert.rejects(bringStudy(archive, STUDY, options), {
      code: 'DICOM_RETRIEVE_FAILED',
      message: /2 are missing/,
    });
    assert.deepEqual([...sink.objects.keys()], ['1.2.2.1', '1.2.2.2']);
    archive.bring = bring;
    await bringStudy(archive, STUDY, options);
    assert.deepEqual([...sink.objects.keys()].sort(), ['1.2.1.1', '1.2.1.2', '1.2.2.1', '1.2.2.2']);
  });
});

describe('key images', () => {
  const ct = series('1.2.1', 'CT', 5);
  const selection = keySelection(STUDY, [
    { uid: '1.2.1.4', study: STUDY, series: '1.2.1', file: Buffer.alloc(0) },
    { uid: '1.9.1.2', study: '1.9', series: '1.9.1', file: Buffer.alloc(0) },
  ]);
  const marks: ListedSeries = {
    uid: '1.2.7',
    modality: 'KO',
    instances: [{ uid: selection.uid, sopClassUid: KO }],
    complete: true,
  };
  const files = new Map([[selection.uid, selection.file]]);

  it('are selections, what they name (of other studies, too), captures, and series of some modalities', async () => {
    const own = [ct, series('1.2.2', 'DX', 2), series('1.2.3', 'CT', 1, CAPTURE), marks];
    const { archive, pieces } = archiveOf(own, files, [series('1.9.1', 'MR', 3)]);
    await brought(archive, DEFAULT_KEY_IMAGE_RULE);
    assert.deepEqual(told(pieces), [
      `1.2.7 ${selection.uid}`,
      '1.2.1 1.2.1.4',
      '1.2.2 whole',
      '1.2.3 1.2.3.1',
      '1.9.1 1.9.1.2',
    ]);
    assert.equal(pieces.at(-1)?.study, '1.9');
  });

  it('are small series where the rule says so', async () => {
    const { archive, pieces } = archiveOf([ct, series('1.2.2', 'MR', 2)]);
    await brought(archive, { ...DEFAULT_KEY_IMAGE_RULE, seriesMaximum: 2 });
    assert.deepEqual(told(pieces), ['1.2.2 whole']);
  });

  it('are what the modality says where an archive names no SOP classes', async () => {
    const unnamed = (one: ListedSeries) => ({
      ...one,
      instances: one.instances.map(({ uid }) => ({ uid, sopClassUid: '' })),
    });
    const { archive, pieces } = archiveOf([ct, series('1.2.4', 'OT', 1), marks].map(unnamed), files);
    await brought(archive, DEFAULT_KEY_IMAGE_RULE);
    assert.deepEqual(told(pieces), [`1.2.7 ${selection.uid}`, '1.2.1 1.2.1.4', '1.2.4 1.2.4.1']);
  });

  it('are not what a rejection note names', async () => {
    const note = Buffer.from(selection.file);
    note.write('113001', note.indexOf('113000'), 'latin1');
    const { archive, pieces } = archiveOf([ct, marks], new Map([[selection.uid, note]]));
    await brought(archive, DEFAULT_KEY_IMAGE_RULE);
    assert.deepEqual(told(pieces), [`1.2.7 ${selection.uid}`]);
  });

  it('are all objects of a study whose selections nobody can read here', async () => {
    const { archive, pieces } = archiveOf([ct, marks], files);
    const { bring } = archive;
    archive.bring = async (piece, delivery, signal) => {
      if (delivery.mustSee) throw new InterleaveError('DICOM_RETRIEVE_UNSUPPORTED');
      await bring(piece, delivery, signal);
    };
    await brought(archive, DEFAULT_KEY_IMAGE_RULE);
    assert.deepEqual(told(pieces), ['1.2.1 whole', '1.2.7 whole']);
  });

  it('are known again when the study comes again: the selection is read, and not sent', async () => {
    const { archive } = archiveOf([ct, marks], files);
    const { bring } = archive;
    archive.bring = async (piece, delivery, signal) => {
      if (piece.series === '1.2.1') throw new InterleaveError('DICOM_PEER_UNREACHABLE');
      await bring(piece, delivery, signal);
    };
    const sink = new CollectingSink();
    const options = {
      modalities: [],
      keyImages: DEFAULT_KEY_IMAGE_RULE,
      sink,
      progress: new StudyProgress(),
    };
    await assert.rejects(bringStudy(archive, STUDY, options), { code: 'DICOM_PEER_UNREACHABLE' });
    archive.bring = bring;
    await bringStudy(archive, STUDY, options);
    assert.deepEqual([...sink.objects.keys()], [selection.uid, '1.2.1.4']);
    assert.deepEqual(
      sink.outcomes.map(({ item }) => item),
      [selection.uid, selection.uid, '1.2.1.4'],
      'what came before is told again: of a try that failed nothing counts',
    );
  });
});
