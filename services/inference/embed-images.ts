import type { ErrorCode } from '../../core/errors.ts';
import type { ImageFrame, ImageReceived, Vector } from '../../core/radiology/events.ts';
import { MODEL_BATCH } from '../../models/limits.ts';
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
 * Reads and embeds the images among `events`, in batches of `MODEL_BATCH` across them; the next batch is decoded while the
 * model computes. One result for each event, in order; what is not to be read gives an empty one. `progress` is called
 * after each batch.
 * @throws InterleaveError when the object store or the model cannot be used at present
 */
export async function embedImages(
  { store, reader, model }: Parts,
  events: readonly ImageReceived[],
  progress: () => Promise<void>,
): Promise<ImageResult[]> {
  const problems: (ErrorCode | null)[] = [];
  const waiting: { event: number; small: SmallFrame }[] = [];
  const done: { event: number; frame: ImageFrame }[] = [];
  let computing: Promise<void> = Promise.resolve();

  const embedWaiting = async () => {
    await computing;
    const batch = waiting.splice(0, MODEL_BATCH);
    computing = model.embed(batch.map(({ small }) => small.input)).then(async (vectors) => {
      for (const [i, { event, small }] of batch.entries()) {
        const caseId = events[event]?.caseId ?? '';
        done.push({ event, frame: await keep(store, caseId, small, vectors[i] ?? null) });
      }
      await progress();
    });
    // It is awaited before the next batch; until then its failure is no unhandled one.
    computing.catch(() => undefined);
  };

  for (const [event, received] of events.entries()) {
    if (!isToBeRead(received)) {
      problems.push(null);
      continue;
    }
    const { frames, problem } = await reader.read(received);
    problems.push(problem);
    waiting.push(...frames.map((small) => ({ event, small })));
    while (waiting.length >= MODEL_BATCH) await embedWaiting();
  }
  if (waiting.length > 0) await embedWaiting();
  await computing;

  return problems.map((problem, event) => ({
    problem,
    frames: done.filter((one) => one.event === event).map(({ frame }) => frame),
  }));
}

async function keep(
  store: ObjectStore,
  caseId: string,
  { frame, thumbnail }: SmallFrame,
  vector: Vector | null,
): Promise<ImageFrame> {
  return { frame, thumbnail: await store.put(caseId, Buffer.from(thumbnail), THUMBNAIL_MEDIA_TYPE), vector };
}
