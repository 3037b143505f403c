import { MINUTE } from '../clock.ts';
import type { Order } from '../orders.ts';
import { type DataElement, sequence, text, writeDataSet, writePart10 } from './data-set-writer.ts';
import { IMAGE_SOP_CLASSES, type ImageUids, type SimulatedImage } from './image-object.ts';
import { studyModules } from './study-modules.ts';

/** Key Object Selection Document Storage (PS3.4 B.5) */
export const KEY_OBJECT_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59';

/** A series number that no image series of the simulation uses. */
const KEY_OBJECT_SERIES = 99;

/** An image as a key object selection names it. */
export type NamedImage = Pick<ImageUids, 'sopInstanceUid' | 'seriesInstanceUid'>;

/**
 * A key object selection "Of Interest" (PS3.3 A.35.4, template TID 2010) that names images of the study and says why.
 */
export function keyObject(
  order: Order,
  uids: ImageUids,
  named: readonly NamedImage[],
  reason: string,
): SimulatedImage {
  const at = order.observedAt + 3 * MINUTE;
  const { sopInstanceUid, seriesInstanceUid, studyInstanceUid } = uids;
  const elements = [
    ...studyModules(order, studyInstanceUid, {
      sopClassUid: KEY_OBJECT_SELECTION,
      sopInstanceUid,
      modality: 'KO',
      at,
    }),
    text(0x0020000e, 'UI', seriesInstanceUid),
    text(0x00200011, 'IS', String(KEY_OBJECT_SERIES)),
    text(0x00200013, 'IS', '1'),
    sequence(0x00081111),
    text(0x0040a040, 'CS', 'CONTAINER'),
    code(0x0040a043, '113000', 'DCM', 'Of Interest'),
    text(0x0040a050, 'CS', 'SEPARATE'),
    evidence(order, studyInstanceUid, named),
    sequence(0x0040a504, [text(0x00080105, 'CS', 'DCMR'), text(0x0040db00, 'CS', '2010')]),
    sequence(0x0040a730, description(reason), ...named.map((image) => imageItem(order, image))),
  ];
  const dataSet = writeDataSet(elements, order.facility.specificCharacterSet);
  const sopClassUid = KEY_OBJECT_SELECTION;
  return {
    part10: writePart10({
      sopClassUid,
      sopInstanceUid,
      sourceAeTitle: order.facility.aeTitle,
      dataSet,
    }),
    sopClassUid,
    sopInstanceUid,
    studyInstanceUid,
    seriesInstanceUid,
    seriesNumber: KEY_OBJECT_SERIES,
    instanceNumber: 1,
    viewPosition: '',
  };
}

/** Current Requested Procedure Evidence Sequence (PS3.3 C.17.6.2): the images by study and series. */
function evidence(order: Order, studyInstanceUid: string, named: readonly NamedImage[]): DataElement {
  const bySeries = new Map<string, NamedImage[]>();
  for (const image of named)
    bySeries.set(image.seriesInstanceUid, [...(bySeries.get(image.seriesInstanceUid) ?? []), image]);
  return sequence(0x0040a375, [
    text(0x0020000d, 'UI', studyInstanceUid),
    sequence(
      0x00081115,
      ...[...bySeries].map(([seriesInstanceUid, images]) => [
        text(0x0020000e, 'UI', seriesInstanceUid),
        sequence(0x00081199, ...images.map((image) => reference(order, image))),
      ]),
    ),
  ]);
}

function description(reason: string): DataElement[] {
  return [
    text(0x0040a010, 'CS', 'CONTAINS'),
    text(0x0040a040, 'CS', 'TEXT'),
    code(0x0040a043, '113012', 'DCM', 'Key Object Description'),
    text(0x0040a160, 'UT', reason),
  ];
}

function imageItem(order: Order, image: NamedImage): DataElement[] {
  return [
    text(0x0040a010, 'CS', 'CONTAINS'),
    text(0x0040a040, 'CS', 'IMAGE'),
    sequence(0x00081199, reference(order, image)),
  ];
}

function reference(order: Order, image: NamedImage): DataElement[] {
  const sopClassUid = IMAGE_SOP_CLASSES[order.procedure.modality];
  return [text(0x00081150, 'UI', sopClassUid), text(0x00081155, 'UI', image.sopInstanceUid)];
}

function code(tag: number, value: string, scheme: string, meaning: string): DataElement {
  return sequence(tag, [
    text(0x00080100, 'SH', value),
    text(0x00080102, 'SH', scheme),
    text(0x00080104, 'LO', meaning),
  ]);
}
