import type { ErrorCode } from '../../core/errors.ts';
import type { FittedSize } from '../../core/imaging/fit-image.ts';
import type { ImageFrame, ImageReceived, ObjectRef } from '../../core/radiology/events.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { SmallFrame } from './decode-thread.ts';
import type { ImageModels, LoadedModel } from './image-models.ts';
import { type ImageReader, isToBeRead } from './read-image.ts';
import { THUMBNAIL_MEDIA_TYPE, thumbnail } from './thumbnail.ts';

/** What inference found out about one object. */
export interface ImageResult {
  frames: ImageFrame[];
  problem: ErrorCode | null;
}

interface Parts {
  store: ObjectStore;
  reader: Pick<ImageReader, 'read'>;
  models: Pick<ImageModels, 'embed'>;
}

/**
 * Reads one object and embeds it with these models, the oldest generation first; what is not to be read gives no frames.
 * Called for several at a time: the reader takes one after the other, and the models take what is waiting as one batch.
 * @throws InterleaveError when the object store or the model cannot be used at present
 */
export async function embedImage(
  { store, reader, models }: Parts,
  received: ImageReceived,
  loaded: readonly LoadedModel[],
): Promise<ImageResult> {
  if (!isToBeRead(received)) return { frames: [], problem: null };
  const { frames, problem } = await reader.read(received, sizesOf(loaded));
  const embedded = frames.map(async (small): Promise<ImageFrame> => {
    const [kept, [vector = null, ...vectors]] = await Promise.all([
      keepThumbnail(store, received.caseId, small),
      models.embed(small.inputs, loaded),
    ]);
    return { frame: small.frame, thumbnail: kept, vector, vectors, predictions: [] };
  });
  return { frames: await Promise.all(embedded), problem };
}

/** The thumbnail of a frame, kept in the object store. */
export async function keepThumbnail(
  store: Pick<ObjectStore, 'put'>,
  caseId: string,
  { preview }: SmallFrame,
): Promise<ObjectRef> {
  return store.put(caseId, await thumbnail(preview), THUMBNAIL_MEDIA_TYPE);
}

/** The sizes of images that these models take. */
export function sizesOf(models: readonly LoadedModel[]): FittedSize[] {
  return [...new Set(models.map(({ size }) => size))];
}
