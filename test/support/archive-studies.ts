/** Studies for archives that are imported; nothing of them is of a real person. */
import { randomBytes } from 'node:crypto';
import { part10Header } from '../../core/dicom/part10.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { buildDataSet, type Item } from '../core/dicom/data-set-builder.ts';
import { dicomFile, JPEG_BASELINE } from './dicom-files.ts';

export const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
export const DX_IMAGE = '1.2.840.10008.5.1.4.1.1.1.1';
export const CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
export const PATIENT_NAME = 'Archivfall^Agnes';

export interface ArchivedObject {
  uid: string;
  study: string;
  series: string;
  file: Buffer;
}

export function freshUid(): string {
  return `2.25.${BigInt(`0x${randomBytes(12).toString('hex')}`)}`;
}

/** A CT study with a selection that names its second slice, and a secondary capture; and a DX study of another year. */
export async function smallArchive({ slices = 3, transferSyntax = JPEG_BASELINE } = {}) {
  const study = freshUid();
  const ct = await Promise.all(
    imagesOf(slices, { study, series: freshUid(), sopClass: CT_IMAGE, modality: 'CT', date: '20150310' }),
  );
  const compressed = await archived(
    { study, series: freshUid(), sopClass: CT_IMAGE, modality: 'CT', date: '20150310' },
    transferSyntax,
  );
  const capture = await archived({
    study,
    series: freshUid(),
    sopClass: CAPTURE,
    modality: 'OT',
    date: '20150310',
  });
  const named = ct[1] ?? capture;
  const selection = keySelection(study, [named]);
  const dx = await archived({
    study: freshUid(),
    series: freshUid(),
    sopClass: DX_IMAGE,
    modality: 'DX',
    date: '20180702',
  });
  return {
    study,
    ct,
    compressed,
    capture,
    named,
    selection,
    dx,
    all: [...ct, compressed, capture, selection, dx],
  };
}

interface Kind {
  study: string;
  series: string;
  sopClass: string;
  modality: string;
  date: string;
  accession?: string;
  time?: string;
}

function imagesOf(count: number, kind: Kind): Promise<ArchivedObject>[] {
  return Array.from({ length: count }, () => archived(kind));
}

export async function archived(kind: Kind, transferSyntax?: string): Promise<ArchivedObject> {
  const uid = freshUid();
  const { study, series, sopClass, modality, date, accession = 'ARC1', time = '101500' } = kind;
  const file = await dicomFile({
    study,
    series,
    instance: uid,
    sopClass,
    modality,
    studyDate: date,
    accession,
    patientName: PATIENT_NAME,
    more: [
      [0x00080030, 'TM', time],
      [0x00200010, 'SH', '1'],
    ],
    ...(transferSyntax === undefined ? {} : { transferSyntax }),
  });
  return { uid, study, series, file };
}

/** A key object selection "Of Interest", with the places of what it names (PS3.3 C.17.2). */
export function keySelection(study: string, named: readonly ArchivedObject[]): ArchivedObject {
  const uid = freshUid();
  const series = freshUid();
  const evidence = named.map(
    (one): Item => [
      [
        0x00081115,
        'SQ',
        [
          [
            [
              0x00081199,
              'SQ',
              [
                [
                  [0x00081150, 'UI', CT_IMAGE],
                  [0x00081155, 'UI', one.uid],
                ],
              ],
            ],
            [0x0020000e, 'UI', one.series],
          ],
        ],
      ],
      [0x0020000d, 'UI', one.study],
    ],
  );
  const dataSet = buildDataSet([
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', KEY_OBJECT_SELECTION],
    [0x00080018, 'UI', uid],
    [0x00080020, 'DA', '20150310'],
    [0x00080030, 'TM', '101500'],
    [0x00080050, 'SH', 'ARC1'],
    [0x00080060, 'CS', 'KO'],
    [0x00100010, 'PN', PATIENT_NAME],
    [0x00100020, 'LO', 'DW-PAT-1'],
    [0x0020000d, 'UI', study],
    [0x0020000e, 'UI', series],
    [0x00200010, 'SH', '1'],
    [
      0x0040a043,
      'SQ',
      [
        [
          [0x00080100, 'SH', '113000'],
          [0x00080102, 'SH', 'DCM'],
          [0x00080104, 'LO', 'Of Interest'],
        ],
      ],
    ],
    [0x0040a375, 'SQ', evidence],
    [0x0040a730, 'SQ', named.map((one): Item => [[0x00081199, 'SQ', [[[0x00081155, 'UI', one.uid]]]]])],
  ]);
  const header = part10Header({
    sopClassUid: KEY_OBJECT_SELECTION,
    sopInstanceUid: uid,
    transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  });
  return { uid, study, series, file: Buffer.concat([header, dataSet]) };
}
