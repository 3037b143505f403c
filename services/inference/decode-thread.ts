/** The thread that reads DICOM objects: a decoder that hangs or crashes on one object ends only this thread. */

import { decode } from '../../core/imaging/decode.ts';
import type { DisplayImage } from '../../core/imaging/display-image.ts';
import { letterbox } from '../../core/imaging/letterbox.ts';
import { INPUT_SIZE } from '../../models/efficientnet-lite0.ts';
import { answerQuestions } from '../../platform/concurrency/worker-thread.ts';
import { thumbnail } from './thumbnail.ts';

/** The DICOM object, with its Part 10 header. */
export type DecodeQuestion = Uint8Array;

/** One frame, made as small as the model and the page need it. */
export interface SmallFrame {
  frame: number;
  thumbnail: Uint8Array;
  input: DisplayImage;
}

await answerQuestions(() => readFrames);

async function readFrames(object: DecodeQuestion): Promise<SmallFrame[]> {
  const frames: SmallFrame[] = [];
  for await (const { frame, image } of decode(Buffer.from(object.buffer, object.byteOffset, object.length)))
    frames.push({ frame, thumbnail: await thumbnail(image), input: letterbox(image, INPUT_SIZE) });
  return frames;
}
