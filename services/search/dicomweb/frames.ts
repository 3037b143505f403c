import { InterleaveError } from '../../../core/errors.ts';
import type { StoredFrame } from '../../../core/imaging/native-frame.ts';
import { moduleBeside, WorkerThread } from '../../../platform/concurrency/worker-thread.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import type { DecodeQuestion, Rendering } from './decode-thread.ts';
import type { IndexedImage } from './find-images.ts';
import { type FramePlaces, findFrames, readStoredFrame } from './frame-source.ts';
import { InflatedObjects } from './inflated-objects.ts';
import {
  MAX_DECODE_MS,
  MAX_DECODE_WAIT_MS,
  MAX_DECODER_HEAP_MB,
  MAX_DECODER_OPEN_MS,
  MAX_REMEMBERED_FRAMES,
  MAX_REMEMBERED_OBJECTS,
  MAX_WAITING_DECODES,
} from './limits.ts';
import { openStoredObject, type StoredObject } from './stored-object.ts';

/** An object with its frames found. */
export interface OpenedImage {
  object: StoredObject;
  places: FramePlaces;
}

/**
 * The frames of stored objects, as they are or decoded in a thread of its own. Where frames lie is remembered for a few
 * objects: a viewer asks for them one by one, and to find those of a large object means to read it once.
 */
export class Frames {
  readonly #store: ObjectStore;
  readonly #places = new Map<string, FramePlaces>();
  readonly #opening = new Map<string, Promise<OpenedImage>>();
  readonly #inflated = new InflatedObjects();
  readonly #thread = new WorkerThread<DecodeQuestion, Uint8Array>({
    file: moduleBeside(import.meta.url, 'decode-thread'),
    failure: 'IMAGE_UNDECODABLE',
    maxHeapMb: MAX_DECODER_HEAP_MB,
    openMs: MAX_DECODER_OPEN_MS,
  });
  #waiting = 0;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /**
   * Requests for the same object that come together read it once.
   * @throws InterleaveError as `openStoredObject` and `findFrames` do
   */
  open(image: IndexedImage): Promise<OpenedImage> {
    const key = `${image.caseId}/${image.object.sha256}`;
    const opening = this.#opening.get(key) ?? this.#open(key, image).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #open(key: string, image: IndexedImage): Promise<OpenedImage> {
    const object = await openStoredObject(this.#store, image, this.#inflated);
    const places = this.#places.get(key) ?? (await findFrames(object));
    this.#remember(key, places);
    return { object, places };
  }

  stored({ object, places }: OpenedImage, frame: number): Promise<StoredFrame> {
    return readStoredFrame(object, places, frame);
  }

  /**
   * Native pixels in little endian, or the frame as a screen shows it.
   * @throws InterleaveError IMAGE_UNDECODABLE, IMAGE_TRANSFER_SYNTAX_UNSUPPORTED, IMAGE_TOO_LARGE, TOO_MANY_REQUESTS
   */
  async decoded(image: OpenedImage, frame: number, rendering: Rendering | null): Promise<Buffer> {
    if (this.#waiting >= MAX_WAITING_DECODES) throw new InterleaveError('TOO_MANY_REQUESTS');
    this.#waiting += 1;
    try {
      const stored = await this.stored(image, frame);
      const { transferSyntaxUid, head } = image.object;
      const answer = await this.#thread.ask(
        {
          transferSyntaxUid,
          head: compact(head),
          frame,
          stored: { ...stored, bytes: compact(stored.bytes) },
          rendering,
        },
        { answerMs: MAX_DECODE_MS, totalMs: MAX_DECODE_WAIT_MS },
      );
      return Buffer.from(answer.buffer, answer.byteOffset, answer.length);
    } finally {
      this.#waiting -= 1;
    }
  }

  stop(): Promise<void> {
    this.#inflated.clear();
    return this.#thread.stop();
  }

  #remember(key: string, places: FramePlaces): void {
    this.#places.delete(key);
    this.#places.set(key, places);
    const frames = () =>
      [...this.#places.values()].reduce((sum, one) => sum + (one.encapsulated?.length ?? 1), 0);
    while (
      this.#places.size > 1 &&
      (this.#places.size > MAX_REMEMBERED_OBJECTS || frames() > MAX_REMEMBERED_FRAMES)
    ) {
      const [oldest] = this.#places.keys();
      if (oldest !== undefined) this.#places.delete(oldest);
    }
  }
}

/** A view travels to a thread with all the memory that it looks into. */
function compact(bytes: Buffer): Uint8Array {
  return bytes.length * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}
