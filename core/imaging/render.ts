import { InterleaveError } from '../errors.ts';
import type { DisplayImage } from './display-image.ts';
import { greyMapping, isShortTable, storable } from './grey-mapping.ts';
import type { GreyScale, ImagePixel } from './image-pixel.ts';
import { lookByte } from './lookup-table.ts';
import type { Samples } from './samples.ts';

/** Ranges of stored values up to here are mapped once each, not once a pixel. */
const TABLE_LENGTH = 65_536;

/**
 * What a screen shows of the stored values of one frame: grey by modality and VOI transformation (PS3.3 C.11), palette,
 * RGB and YBR_FULL as RGB.
 * @throws InterleaveError IMAGE_UNDECODABLE on a photometric interpretation that is not shown here
 */
export function render(samples: Samples, pixel: ImagePixel, grey: GreyScale): DisplayImage {
  const { columns: width, rows: height, photometricInterpretation } = pixel;
  switch (photometricInterpretation) {
    case 'MONOCHROME1':
    case 'MONOCHROME2':
      return { width, height, channels: 1, data: renderGrey(samples, pixel, grey) };
    case 'PALETTE COLOR':
      return { width, height, channels: 3, data: renderPalette(samples, pixel) };
    case 'RGB':
      return { width, height, channels: 3, data: toBytes(samples, pixel) };
    case 'YBR_FULL':
      return { width, height, channels: 3, data: ybrToRgb(toBytes(samples, pixel)) };
    default:
      throw new InterleaveError('IMAGE_UNDECODABLE', 'Its photometric interpretation is not shown here.');
  }
}

function renderGrey(samples: Samples, pixel: ImagePixel, grey: GreyScale): Uint8Array {
  const toByte = greyMapping(samples, pixel, grey);
  const table = samples instanceof Int32Array ? tableOf(samples, pixel, toByte) : null;
  if (table === null) return Uint8Array.from(samples, toByte);
  return applyTable(samples as Int32Array, table);
}

/** What each stored value that can occur is shown as. */
interface Table {
  low: number;
  bytes: Uint8Array;
}

function tableOf(
  samples: Int32Array,
  { bitsStored, signed }: ImagePixel,
  toByte: (stored: number) => number,
): Table | null {
  // Few values can occur: looking which do would take longer than mapping all.
  const [low, high] = isShortTable(bitsStored, samples.length)
    ? storable(bitsStored, signed)
    : occurring(samples);
  if (high - low >= TABLE_LENGTH) return null;
  const bytes = new Uint8Array(high - low + 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = toByte(low + i);
  return { low, bytes };
}

function occurring(samples: Int32Array): [low: number, high: number] {
  let low = samples[0] ?? 0;
  let high = low;
  for (let i = 1; i < samples.length; i++) {
    const value = samples[i] as number;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return [low, high];
}

function applyTable(samples: Int32Array, { low, bytes }: Table): Uint8Array {
  const data = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) data[i] = bytes[(samples[i] as number) - low] as number;
  return data;
}

function renderPalette(samples: Samples, { palette }: ImagePixel): Uint8Array {
  if (palette === null) throw new InterleaveError('IMAGE_UNDECODABLE', 'It has no palette.');
  const data = new Uint8Array(samples.length * 3);
  for (let i = 0; i < samples.length; i++)
    for (let channel = 0; channel < 3; channel++)
      data[i * 3 + channel] = lookByte(palette[channel as 0 | 1 | 2], samples[i] as number);
  return data;
}

/** Interleaved, 8 bits each. */
function toBytes(samples: Samples, { bitsStored, planar }: ImagePixel): Uint8Array {
  const pixels = samples.length / 3;
  const scale = 255 / (2 ** bitsStored - 1);
  return Uint8Array.from(samples, (_, i) => {
    const value = samples[planar ? (i % 3) * pixels + Math.floor(i / 3) : i] as number;
    return bitsStored === 8 ? value : Math.round(value * scale);
  });
}

/** PS3.3 C.7.6.3.1.2 (full-range ITU-R BT.601). */
function ybrToRgb(data: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const y = data[i] as number;
    const cb = (data[i + 1] as number) - 128;
    const cr = (data[i + 2] as number) - 128;
    rgb[i] = y + 1.402 * cr;
    rgb[i + 1] = y - 0.344136 * cb - 0.714136 * cr;
    rgb[i + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(rgb.buffer);
}
