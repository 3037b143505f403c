/** The thread that reads DICOM objects: a decoder that hangs or crashes on one object ends only this thread. */

import { decode } from '../../core/imaging/decode.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { type FittedSize, fitImage } from '../../core/imaging/fit-image.ts';
import { answerQuestions } from '../../platform/concurrency/worker-thread.ts';
import { preview } from './thumbnail.ts';

export interface DecodeQuestion {
  /** the DICOM object, with its Part 10 header */
  object: Uint8Array;
  /** of the images that the models take */
  sizes: readonly FittedSize[];
  /** which frames; null: those that are worth reading */
  frames: readonly number[] | null;
}

/** One frame, made as small as the models and the page need it. */
export interface SmallFrame {
  frame: number;
  /** what its thumbnail is made of: another thread packs it while this one reads on */
  preview: DisplayImage;
  inputs: Map<FittedSize, DisplayImage>;
}

await answerQuestions(() => readFrames);

async function readFrames({ object, sizes, frames: wanted }: DecodeQuestion): Promise<SmallFrame[]> {
  const frames: SmallFrame[] = [];
  const bytes = Buffer.from(object.buffer, object.byteOffset, object.length);
  for await (const { frame, image } of decode(bytes, wanted)) {
    const inputs = new Map(sizes.map((size) => [size, fitImage(image, size)]));
    frames.push({ frame, preview: preview(image), inputs });
  }
  return frames;
}
