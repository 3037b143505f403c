import type { DisplayImage } from '../core/imaging/display-image.ts';
import { letterbox } from '../core/imaging/letterbox.ts';

/** How a bundle wants its images. */
export interface InputFormat {
  readonly size: number;
  readonly mean: number;
  readonly scale: number;
}

/** [n, size, size, 3] for the network: letterboxed, grey repeated in all three channels, (x - mean) / scale. */
export function preprocess(
  images: readonly DisplayImage[],
  { size, mean, scale }: InputFormat,
): Float32Array {
  const area = size * size;
  const batch = new Float32Array(images.length * area * 3);
  for (const [n, image] of images.entries()) {
    const { data, channels } = letterbox(image, size);
    for (let pixel = 0; pixel < area; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = data[channels === 1 ? pixel : pixel * 3 + channel] ?? 0;
        batch[(n * area + pixel) * 3 + channel] = (value - mean) / scale;
      }
    }
  }
  return batch;
}
