import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { type Element, readElements } from '../../../core/dicomweb/elements.ts';
import { type JsonDataSet, jsonDataSet } from '../../../core/dicomweb/json-model.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import type { IndexedImage } from './find-images.ts';
import { openStoredObject, type StoredObject } from './stored-object.ts';

/**
 * The header of an object in the JSON model (PS3.18 10.4.1.1.2). Long values, and the pixels, stand behind their address.
 * @throws InterleaveError as `openStoredObject` does
 */
export async function readMetadata(
  store: ObjectStore,
  image: IndexedImage,
  base: string,
): Promise<JsonDataSet> {
  const object = await openStoredObject(store, image);
  const uri = (path: readonly (string | number)[]) =>
    `${base}${instancePath(image)}/bulkdata/${path.join('/')}`;
  const json = jsonDataSet(elementsOf(object), uri);
  if (object.pixelDataAt === null) return json;
  return { ...json, [PIXEL_DATA]: { vr: 'OW', BulkDataURI: uri([PIXEL_DATA]) } };
}

export function elementsOf({ head, transferSyntaxUid }: StoredObject): Element[] {
  return readElements(
    head,
    transferSyntaxUid === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE
      ? TRANSFER_SYNTAX.EXPLICIT_LITTLE
      : transferSyntaxUid,
  );
}

/** The path stands in headers: a UID of digits and dots as it is, any other escaped. */
export function instancePath({ study, series, instance }: IndexedImage): string {
  const [a, b, c] = [study, series, instance].map(encodeURIComponent);
  return `/studies/${a}/series/${b}/instances/${c}`;
}

export const PIXEL_DATA = '7FE00010';

/** The value at a path of tags and item numbers. @throws InterleaveError INSTANCE_NOT_FOUND */
export function valueAt(elements: readonly Element[], path: readonly string[]): Buffer {
  const [name = '', item, ...rest] = path;
  const element = /^[0-9A-F]{8}$/.test(name)
    ? elements.find(({ tag }) => tag === Number.parseInt(name, 16))
    : undefined;
  if (element === undefined) throw new InterleaveError('INSTANCE_NOT_FOUND');
  if (element.items === null && item === undefined) return element.value;
  const inner = element.items?.[/^\d{1,6}$/.test(item ?? '') ? Number(item) : -1];
  if (inner === undefined) throw new InterleaveError('INSTANCE_NOT_FOUND');
  return valueAt(inner, rest);
}
