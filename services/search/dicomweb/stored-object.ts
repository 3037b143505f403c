import { DataSetReader } from '../../../core/dicom/data-set-reader.ts';
import { readPart10 } from '../../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import type { IndexedImage } from './find-images.ts';
import { inflated } from './inflated.ts';
import type { InflatedObjects } from './inflated-objects.ts';
import { MAX_HEADER_BYTES } from './limits.ts';

/**
 * A stored DICOM object, read as far as its pixels; the rest is read in the parts that are asked for. A deflated one
 * is inflated from its beginning, since there is no other way: as far as is asked for each time, or once (`inflatedObjects`).
 */
export interface StoredObject {
  transferSyntaxUid: string;
  /** the data set before Pixel Data; all of it where there are none */
  head: Buffer;
  /** the place of Pixel Data in the data set, null where there are none */
  pixelDataAt: number | null;
  /** of the data set; infinite where it is deflated and nobody knows */
  length: number;
  /** A stream of the data set between two places. */
  open(from: number, to?: number): Promise<AsyncIterable<Buffer>>;
}

/** @throws InterleaveError OBJECT_MISSING, OBJECT_STORE_UNAVAILABLE, DICOM_DATA_SET_UNREADABLE, IMAGE_TOO_LARGE */
export async function openStoredObject(
  store: ObjectStore,
  image: IndexedImage,
  inflatedObjects?: InflatedObjects,
): Promise<StoredObject> {
  const { caseId, object } = image;
  const stream = await store.open(caseId, object.sha256);
  let held: Buffer = Buffer.alloc(0);
  let reader: DataSetReader | null = null;
  let meta: NonNullable<ReturnType<typeof readPart10>> | null = null;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let part = chunk;
    if (reader === null) {
      held = Buffer.concat([held, chunk]);
      meta = wholeMeta(held);
      if (meta === null) continue;
      if (meta.transferSyntaxUid === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE) {
        stream.destroy();
        return openDeflated(store, image, meta.dataSetOffset, inflatedObjects);
      }
      reader = new DataSetReader(meta.transferSyntaxUid, NOTHING);
      part = held.subarray(meta.dataSetOffset);
    }
    reader.push(part);
    parts.push(part);
    length += part.length;
    if (reader.done) break; // destroys the stream
    if (length > MAX_HEADER_BYTES)
      throw new InterleaveError('IMAGE_TOO_LARGE', 'The header of the object is too long.');
  }
  if (reader === null || meta === null) throw unreadable();
  reader.end();
  const { dataSetOffset, transferSyntaxUid } = meta;
  const { pixelDataAt } = reader;
  const size = object.size - dataSetOffset;
  return {
    transferSyntaxUid,
    head: Buffer.concat(parts, length).subarray(0, pixelDataAt ?? length),
    pixelDataAt,
    length: size,
    open: (from, to = size) =>
      store.open(caseId, object.sha256, { from: dataSetOffset + from, to: dataSetOffset + to }),
  };
}

/** The bytes of a stream of the data set, at most `limit`. */
export async function bytesOf(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw new InterleaveError('IMAGE_TOO_LARGE');
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}

async function openDeflated(
  store: ObjectStore,
  { caseId, object }: IndexedImage,
  dataSetOffset: number,
  inflatedObjects: InflatedObjects | undefined,
): Promise<StoredObject> {
  const deflated = () => store.open(caseId, object.sha256, { from: dataSetOffset, to: object.size });
  const reader = new DataSetReader(TRANSFER_SYNTAX.EXPLICIT_LITTLE, NOTHING);
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of inflated(deflated)) {
    reader.push(part);
    parts.push(part);
    length += part.length;
    if (reader.done) break; // no more is inflated
    if (length > MAX_HEADER_BYTES)
      throw new InterleaveError('IMAGE_TOO_LARGE', 'The header of the object is too long.');
  }
  reader.end();
  const { pixelDataAt } = reader;
  return {
    transferSyntaxUid: TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
    head: Buffer.concat(parts, length).subarray(0, pixelDataAt ?? length),
    pixelDataAt,
    length: Number.POSITIVE_INFINITY,
    open: async (from, to) =>
      inflatedObjects?.read(`${caseId}/${object.sha256}`, () => inflated(deflated), from, to) ??
      inflated(deflated, from, to),
  };
}

/** The gateway writes the length of group 0002 first: null until all of it is there. */
function wholeMeta(bytes: Buffer): ReturnType<typeof readPart10> {
  if (bytes.length < GROUP_LENGTH_END) return null;
  if (bytes.length < GROUP_LENGTH_END + bytes.readUInt32LE(GROUP_LENGTH_END - 4)) return null;
  return readPart10(bytes) ?? raise(unreadable());
}

/** Preamble, prefix, (0002,0000) */
const GROUP_LENGTH_END = 144;
const NOTHING = { values: new Set<number>(), sequences: new Set<number>() };

function raise(error: Error): never {
  throw error;
}

function unreadable(): InterleaveError {
  return new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'The object has no file meta information.');
}
