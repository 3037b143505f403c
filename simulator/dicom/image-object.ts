import type { ImageSlot } from '../citations.ts';
import { SECOND } from '../clock.ts';
import type { Order, View } from '../orders.ts';
import type { Phantom } from '../phantom/phantom.ts';
import { type DataElement, sequence, text, unsigned, writeDataSet, writePart10 } from './data-set-writer.ts';
import { studyModules } from './study-modules.ts';

/** Computed Radiography Image Storage and Digital X-Ray Image Storage - For Presentation (PS3.4 B.5). */
export const IMAGE_SOP_CLASSES = {
  CR: '1.2.840.10008.5.1.4.1.1.1',
  DX: '1.2.840.10008.5.1.4.1.1.1.1',
} as const;

/** One DICOM object as it goes to the gateway. */
export interface SimulatedImage {
  part10: Buffer;
  sopClassUid: string;
  sopInstanceUid: string;
  studyInstanceUid: string;
  seriesInstanceUid: string;
  seriesNumber: number;
  instanceNumber: number;
  /** '' for an object that is no image */
  viewPosition: View | '';
}

export interface ImageUids {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
}

/** A radiograph as a CR (PS3.3 A.2) or DX (A.26) object. */
export function imageObject(
  order: Order,
  slot: ImageSlot,
  uids: ImageUids,
  phantom: Phantom,
): SimulatedImage {
  const { facility, procedure } = order;
  const sopClassUid = IMAGE_SOP_CLASSES[procedure.modality];
  const at = order.observedAt + (slot.index * 40 + 10) * SECOND;
  const { sopInstanceUid, seriesInstanceUid, studyInstanceUid } = uids;
  const { seriesNumber, instanceNumber, view } = slot;
  const elements = [
    ...studyModules(order, studyInstanceUid, {
      sopClassUid,
      sopInstanceUid,
      modality: procedure.modality,
      at,
    }),
    text(0x00080008, 'CS', ['ORIGINAL', 'PRIMARY', '']),
    text(0x0008103e, 'LO', seriesDescription(slot)),
    text(0x00180015, 'CS', procedure.bodyPart),
    text(0x00185101, 'CS', view === 'LATERAL' ? 'LL' : view),
    text(0x00181164, 'DS', spacing(phantom)),
    text(0x0020000e, 'UI', seriesInstanceUid),
    text(0x00200011, 'IS', String(seriesNumber)),
    text(0x00200013, 'IS', String(instanceNumber)),
    text(0x00200020, 'CS', view === 'LATERAL' ? ['A', 'F'] : ['L', 'F']),
    ...pixelModules(phantom, facility.photometric),
    ...(procedure.modality === 'DX' ? digitalXRayModules(facility.photometric) : []),
  ];
  const dataSet = writeDataSet(elements, facility.specificCharacterSet);
  const part10 = writePart10({ sopClassUid, sopInstanceUid, sourceAeTitle: facility.aeTitle, dataSet });
  return {
    part10,
    sopClassUid,
    sopInstanceUid,
    studyInstanceUid,
    seriesInstanceUid,
    seriesNumber,
    instanceNumber,
    viewPosition: view,
  };
}

/** Image Pixel (PS3.3 C.7.6.3) and VOI LUT (C.11.2): 12 of 16 bits. MONOCHROME1 turns pixels and window over. */
function pixelModules(phantom: Phantom, photometric: 'MONOCHROME1' | 'MONOCHROME2'): DataElement[] {
  const inverse = photometric === 'MONOCHROME1';
  const largest = (1 << phantom.bitsStored) - 1;
  const pixels = Buffer.alloc(phantom.pixels.length * 2);
  for (let i = 0; i < phantom.pixels.length; i++) {
    const value = phantom.pixels[i] ?? 0;
    pixels.writeUInt16LE(inverse ? largest - value : value, i * 2);
  }
  const center = inverse ? largest - phantom.windowCenter : phantom.windowCenter;
  return [
    unsigned(0x00280002, 1),
    text(0x00280004, 'CS', photometric),
    unsigned(0x00280010, phantom.rows),
    unsigned(0x00280011, phantom.columns),
    text(0x00280030, 'DS', spacing(phantom)),
    unsigned(0x00280100, 16),
    unsigned(0x00280101, phantom.bitsStored),
    unsigned(0x00280102, phantom.bitsStored - 1),
    unsigned(0x00280103, 0),
    text(0x00280301, 'CS', 'NO'),
    text(0x00281050, 'DS', String(center)),
    text(0x00281051, 'DS', String(phantom.windowWidth)),
    text(0x00281052, 'DS', '0'),
    text(0x00281053, 'DS', '1'),
    text(0x00281054, 'LO', 'US'),
    text(0x00282110, 'CS', '00'),
    { tag: 0x7fe00010, vr: 'OW', value: pixels },
  ];
}

/** DX Series, DX Image and DX Anatomy Imaged modules (PS3.3 C.8.11.1 to C.8.11.3). */
function digitalXRayModules(photometric: 'MONOCHROME1' | 'MONOCHROME2'): DataElement[] {
  const inverse = photometric === 'MONOCHROME1';
  return [
    text(0x00080068, 'CS', 'FOR PRESENTATION'),
    sequence(0x00082218, [
      text(0x00080100, 'SH', '51185008'),
      text(0x00080102, 'SH', 'SCT'),
      text(0x00080104, 'LO', 'Chest'),
    ]),
    text(0x00187004, 'CS', 'DIRECT'),
    text(0x00200062, 'CS', 'U'),
    text(0x00281040, 'CS', 'LOG'),
    { tag: 0x00281041, vr: 'SS', value: inverse ? 1 : -1 },
    text(0x20500020, 'CS', inverse ? 'INVERSE' : 'IDENTITY'),
  ];
}

/** Row spacing, column spacing in mm (PS3.3 10.7.1.3). */
function spacing(phantom: Phantom): string[] {
  return [phantom.pixelSpacing.toFixed(4), phantom.pixelSpacing.toFixed(4)];
}

function seriesDescription(slot: ImageSlot): string {
  return slot.expiration ? `${slot.view} EXPIRATION` : slot.view;
}
