import type { DisplayImage } from './display-image.ts';
import { resize } from './resize.ts';

/** Fits an image into a black square of `size` pixels, its proportions kept, in the middle. */
export function letterbox(image: DisplayImage, size: number): DisplayImage {
  const { width, height } = fitWithin(image, size);
  const inner = resize(image, width, height);
  if (width === size && height === size) return inner;
  const { channels } = image;
  const data = new Uint8Array(size * size * channels);
  const left = Math.floor((size - width) / 2);
  const top = Math.floor((size - height) / 2);
  for (let y = 0; y < height; y++)
    data.set(
      inner.data.subarray(y * width * channels, (y + 1) * width * channels),
      ((top + y) * size + left) * channels,
    );
  return { width: size, height: size, channels, data };
}

/** The size of an image when its longer side is made `size` pixels; each side keeps at least one. */
export function fitWithin(
  { width, height }: { width: number; height: number },
  size: number,
): { width: number; height: number } {
  const factor = size / Math.max(width, height);
  return {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
}
