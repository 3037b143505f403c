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
  const values = Float32Array.from({ length: 256 }, (_, value) => (value - mean) / scale);
  const area = size * size;
  const batch = new Float32Array(images.length * area * 3);
  let at = 0;
  for (const image of images) {
    const { data, channels } = letterbox(image, size);
    const copies = channels === 1 ? 3 : 1;
    for (let sample = 0; sample < area * channels; sample++) {
      const value = values[data[sample] as number] as number;
      for (let copy = 0; copy < copies; copy++) batch[at++] = value;
    }
  }
  return batch;
}
