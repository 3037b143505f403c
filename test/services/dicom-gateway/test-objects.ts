/** Small DICOM objects for the gateway's tests. */
import type { DicomObject } from '../../../core/dicom/dicom-object.ts';
import { KEY_OBJECT_SELECTION, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { buildDataSet, type Item } from '../../core/dicom/data-set-builder.ts';

export const CT = '1.2.840.10008.5.1.4.1.1.2';
export const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

let count = 0;

/** A UID that no other object of this run has. */
export function newUid(): string {
  count += 1;
  return `2.25.${process.pid}.${Date.now()}.${count}`;
}

export interface ImageOptions {
  sopClassUid?: string;
  sopInstanceUid?: string;
  accession?: string;
  modality?: string;
  pixels?: Buffer;
  /** put between the header and the pixels */
  more?: Item;
}

export function image(options: ImageOptions = {}): DicomObject {
  const { sopClassUid = CT, sopInstanceUid = newUid(), accession = 'A1', modality = 'CT' } = options;
  const pixels = options.pixels ?? Buffer.alloc(32, 1);
  const dataSet = buildDataSet([
    [0x00080016, 'UI', sopClassUid],
    [0x00080018, 'UI', sopInstanceUid],
    [0x00080050, 'SH', accession],
    [0x00080060, 'CS', modality],
    [0x0020000d, 'UI', '1.2.3'],
    [0x0020000e, 'UI', '1.2.3.4'],
    ...(options.more ?? []),
    [0x00280010, 'US', 4],
    [0x00280011, 'US', 4],
    [0x00280100, 'US', 16],
    [0x7fe00010, 'OW', pixels],
  ]);
  return { sopClassUid, sopInstanceUid, transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE, dataSet };
}

export function selection(names: readonly DicomObject[], titleCode = '113000'): DicomObject {
  const sopInstanceUid = newUid();
  const items = names.map((one): Item => [[0x00081199, 'SQ', [[[0x00081155, 'UI', one.sopInstanceUid]]]]]);
  const dataSet = buildDataSet([
    [0x00080016, 'UI', KEY_OBJECT_SELECTION],
    [0x00080018, 'UI', sopInstanceUid],
    [0x00080050, 'SH', 'A1'],
    [0x0020000d, 'UI', '1.2.3'],
    [0x0040a043, 'SQ', [[[0x00080100, 'SH', titleCode]]]],
    [0x0040a730, 'SQ', items],
  ]);
  return {
    sopClassUid: KEY_OBJECT_SELECTION,
    sopInstanceUid,
    transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE,
    dataSet,
  };
}

/** A grayscale presentation state for these images (PS3.3 C.11.11). */
export function presentation(names: readonly DicomObject[]): DicomObject {
  const references = names.map((one): Item => [[0x00081155, 'UI', one.sopInstanceUid]]);
  return withoutPixels('1.2.840.10008.5.1.4.1.1.11.1', [
    [0x00081115, 'SQ', [[[0x00081140, 'SQ', references]]]],
  ]);
}

/** An object of any class that is no image. */
export function withoutPixels(sopClassUid: string, more: Item = []): DicomObject {
  const sopInstanceUid = newUid();
  const dataSet = buildDataSet([
    [0x00080016, 'UI', sopClassUid],
    [0x00080018, 'UI', sopInstanceUid],
    [0x00080050, 'SH', 'A1'],
    ...more,
    [0x0020000d, 'UI', '1.2.3'],
  ]);
  return { sopClassUid, sopInstanceUid, transferSyntaxUid: TRANSFER_SYNTAX.EXPLICIT_LITTLE, dataSet };
}
