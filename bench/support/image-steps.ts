import { decode } from '../../core/imaging/decode.ts';
import { letterbox } from '../../core/imaging/letterbox.ts';
import { INPUT_SIZE } from '../../models/efficientnet-lite0.ts';
import { preview, thumbnail } from '../../services/inference/thumbnail.ts';
import { simulateCase } from '../../simulator/case.ts';

const SEED = 11;
/** Each image is read so often; the first time, while the engine compiles, does not count. */
const PASSES = 3;

/** Milliseconds of one image. */
export interface StepTimes {
  /** from DICOM bytes to pixels as a screen shows them */
  decodeMs: number;
  resizeMs: number;
  /** what the thumbnail is made of */
  previewMs: number;
  /** in a thread of its own, in the service */
  thumbnailMs: number;
}

/** DICOM objects as the simulated feed sends them. */
export function benchImages(count: number): Buffer[] {
  const images: Buffer[] = [];
  for (let number = 1; images.length < count; number++)
    images.push(...simulateCase(SEED, number).images.map(({ part10 }) => part10));
  return images.slice(0, count);
}

/** What is done to an image before the network, one step after the other in this thread. */
export async function stepTimes(images: readonly Buffer[]): Promise<StepTimes> {
  const times = { decodeMs: 0, resizeMs: 0, previewMs: 0, thumbnailMs: 0 };
  for (let pass = 0; pass < PASSES; pass++) {
    if (pass === 1) for (const step of STEPS) times[step] = 0;
    for (const bytes of images) {
      let at = performance.now();
      const lap = (step: keyof StepTimes) => {
        times[step] += performance.now() - at;
        at = performance.now();
      };
      for await (const { image } of decode(bytes)) {
        lap('decodeMs');
        letterbox(image, INPUT_SIZE);
        lap('resizeMs');
        const small = preview(image);
        lap('previewMs');
        await thumbnail(small);
        lap('thumbnailMs');
      }
    }
  }
  for (const step of STEPS) times[step] /= images.length * (PASSES - 1);
  return times;
}

const STEPS = ['decodeMs', 'resizeMs', 'previewMs', 'thumbnailMs'] as const;
