import type { GreyScale, ImagePixel } from './image-pixel.ts';
import { look, lookByte } from './lookup-table.ts';
import type { Samples } from './samples.ts';
import { applyWindow, windowOfValues } from './window.ts';

/** Pixels that are looked at to find a window for an image that has none. */
const WINDOW_SAMPLES = 200_000;

/** A table of all values that fit into the bits stored is made where it is this much shorter than the image. */
const SHORT_TABLE = 16;

/** From a stored value to 0 (black) … 255. Padding is black. */
export function greyMapping(
  samples: Samples,
  pixel: ImagePixel,
  grey: GreyScale,
): (stored: number) => number {
  const { modalityTable, slope, intercept, voiTable } = grey;
  const modality = (stored: number) =>
    modalityTable === null ? stored * slope + intercept : look(modalityTable, stored);
  const [from, to] = pixel.padding ?? [Infinity, -Infinity];
  const isPadding = (stored: number) => stored >= from && stored <= to;
  const window = grey.window ?? (voiTable === null ? ownWindow(samples, pixel, modality, isPadding) : null);
  const voi = (value: number) =>
    window !== null ? applyWindow(window, value) : voiTable !== null ? lookByte(voiTable, value) : value;
  const inverted = pixel.photometricInterpretation === 'MONOCHROME1';
  return (stored) => {
    if (isPadding(stored)) return 0;
    const byte = voi(modality(stored));
    return inverted ? 255 - byte : byte;
  };
}

/** Up to 8 unsigned bits are shown as they are (screenshots, ultrasound), more by the values that occur. */
function ownWindow(
  samples: Samples,
  { bitsStored, signed }: ImagePixel,
  modality: (stored: number) => number,
  isPadding: (stored: number) => boolean,
) {
  if (bitsStored <= 8 && !signed) {
    const low = modality(0);
    const high = modality(2 ** bitsStored - 1);
    return { centre: (low + high) / 2, width: Math.abs(high - low) || 1, shape: 'LINEAR_EXACT' as const };
  }
  const step = Math.max(1, Math.floor(samples.length / WINDOW_SAMPLES));
  const seen: number[] = [];
  for (let i = 0; i < samples.length; i += step) {
    const stored = samples[i] as number;
    if (!isPadding(stored)) seen.push(modality(stored));
  }
  return windowOfValues(Float64Array.from(seen));
}

/** Can so few values occur in an image of so many samples that a table of all is soon made? */
export function isShortTable(bitsStored: number, samples: number): boolean {
  return 2 ** bitsStored * SHORT_TABLE <= samples;
}

/** The lowest and the highest value that so many bits can store. */
export function storable(bitsStored: number, signed: boolean): [low: number, high: number] {
  const values = 2 ** bitsStored;
  return signed ? [-values / 2, values / 2 - 1] : [0, values - 1];
}
