import type { DisplayImage } from '../core/imaging/display-image.ts';
import { type Fit, fitImage, fittedSize } from '../core/imaging/fit-image.ts';

/** One number, or one for each of red, green and blue. */
type PerChannel = number | readonly [number, number, number];

/** How a bundle wants its images. */
export interface InputFormat {
  readonly size: number;
  readonly fit: Fit;
  readonly mean: PerChannel;
  readonly scale: PerChannel;
}

/** [n, size, size, 3] for the network: fitted, grey repeated in all three channels, (x - mean) / scale. */
export function preprocess(images: readonly DisplayImage[], format: InputFormat): Float32Array {
  const values = CHANNELS.map((channel) => valuesOf(format, channel));
  const area = format.size * format.size;
  const batch = new Float32Array(images.length * area * 3);
  let at = 0;
  for (const image of images) {
    const { data, channels } = fitImage(image, fittedSize(format));
    for (let pixel = 0; pixel < area; pixel++)
      for (const channel of CHANNELS) {
        const sample = data[channels === 1 ? pixel : pixel * 3 + channel] as number;
        batch[at++] = (values[channel] as Float32Array)[sample] as number;
      }
  }
  return batch;
}

const CHANNELS = [0, 1, 2] as const;

/** What becomes of each value of a channel. */
function valuesOf({ mean, scale }: InputFormat, channel: 0 | 1 | 2): Float32Array {
  const of = (one: PerChannel) => (typeof one === 'number' ? one : one[channel]);
  return Float32Array.from({ length: 256 }, (_, value) => (value - of(mean)) / of(scale));
}
