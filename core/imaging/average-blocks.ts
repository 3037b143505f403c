import type { DisplayImage } from './display-image.ts';

/** The means of blocks of `across` × `down` pixels; blocks at the right and lower border may be smaller. */
export function averageBlocks(image: DisplayImage, across: number, down: number): DisplayImage {
  if (across === 1 && down === 1) return image;
  const { channels, data } = image;
  const width = Math.ceil(image.width / across);
  const height = Math.ceil(image.height / down);
  const means = new Uint8Array(width * height * channels);
  const stride = image.width * channels;
  let out = 0;
  for (let y = 0; y < height; y++) {
    const top = y * down * stride;
    const bottom = Math.min(image.height, (y + 1) * down) * stride;
    for (let x = 0; x < width; x++) {
      const left = x * across * channels;
      const right = Math.min(stride, left + across * channels);
      const count = ((bottom - top) / stride) * ((right - left) / channels);
      for (let channel = 0; channel < channels; channel++) {
        // One sum at a time, which stays in a register.
        let sum = 0;
        for (let row = top; row < bottom; row += stride)
          for (let at = row + left + channel; at < row + right; at += channels) sum += data[at] as number;
        means[out++] = Math.round(sum / count);
      }
    }
  }
  return { width, height, channels, data: means };
}
