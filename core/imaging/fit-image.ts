import type { DisplayImage } from './display-image.ts';
import { letterbox } from './letterbox.ts';
import { resize } from './resize.ts';

/**
 * How an image becomes a square: whole with black beside it, whole with its proportions lost, or only its middle, as large as
 * its shorter side.
 */
export type Fit = 'letterbox' | 'stretch' | 'crop';

/** The pixels on each side of a square, and how an image gets there. */
export type FittedSize = `${Fit} ${number}`;

export function fittedSize({ fit, size }: { fit: Fit; size: number }): FittedSize {
  return `${fit} ${size}`;
}

/** An image that has that size stays as it is, however it is fitted. */
export function fitImage(image: DisplayImage, wanted: FittedSize): DisplayImage {
  const [fit, side] = wanted.split(' ') as [Fit, string];
  const size = Number(side);
  if (fit === 'letterbox') return letterbox(image, size);
  return resize(fit === 'crop' ? middleOf(image) : image, size, size);
}

/** Cut before it is made smaller: what is left out costs nothing, however long the image is. */
function middleOf(image: DisplayImage): DisplayImage {
  const { width, height, channels, data } = image;
  const side = Math.min(width, height);
  if (width === height) return image;
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  const square = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * channels;
    square.set(data.subarray(from, from + side * channels), y * side * channels);
  }
  return { width: side, height: side, channels, data: square };
}
