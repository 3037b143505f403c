import type { ErrorCode } from '../../core/errors.ts';
import type { ImageFrame, ImageReceived } from '../../core/radiology/events.ts';
import type { ObjectStore } from '../../platform/object-store/object-store.ts';
import type { SmallFrame } from './decode-thread.ts';
import type { ImageModel } from './image-model.ts';
import { type ImageReader, isToBeRead } from './read-image.ts';
import { THUMBNAIL_MEDIA_TYPE } from './thumbnail.ts';

/** What inference found out about one object. */
export interface ImageResult {
  frames: ImageFrame[];
  problem: ErrorCode | null;
}

interface Parts {
  store: ObjectStore;
  reader: Pick<ImageReader, 'read'>;
  model: Pick<ImageModel, 'embed'>;
}

/**
 * Reads and embeds one object; what is not to be read gives no frames. Called for several at a time: the reader takes
 * one after the other, and the model takes what is waiting as one batch.
 * @throws InterleaveError when the object store or the model cannot be used at present
 */
export async function embedImage(
  { store, reader, model }: Parts,
  received: ImageReceived,
): Promise<ImageResult> {
  if (!isToBeRead(received)) return { frames: [], problem: null };
  const { frames, problem } = await reader.read(received);
  const embedded = frames.map(async ({ frame, thumbnail, input }: SmallFrame): Promise<ImageFrame> => {
    const [kept, vector] = await Promise.all([
      store.put(received.caseId, Buffer.from(thumbnail), THUMBNAIL_MEDIA_TYPE),
      model.embed(input),
    ]);
    return { frame, thumbnail: kept, vector };
  });
  return { frames: await Promise.all(embedded), problem };
}
