import { averageBlocks } from './average-blocks.ts';
import type { DisplayImage } from './display-image.ts';

/** Samples of an output pixel's width that are left after whole blocks were averaged. */
const KEPT = 2;

/**
 * Scales an image by separable cubic convolution (Keys, IEEE TASSP 29(6), 1981, a = -1/2), the kernel widened by the
 * factor when the image shrinks, so that nothing aliases. An image that shrinks much is first averaged over whole
 * blocks, which is ten times as fast. Plain arithmetic: the same pixels on every machine.
 */
export function resize(original: DisplayImage, width: number, height: number): DisplayImage {
  if (original.width === width && original.height === height) return original;
  const image = averageBlocks(
    original,
    Math.max(1, Math.floor(original.width / width / KEPT)),
    Math.max(1, Math.floor(original.height / height / KEPT)),
  );
  const rows = shrinkAcross(image, width);
  return { width, height, channels: image.channels, data: shrinkDown(rows, image, width, height) };
}

/**
 * Each row with its new width, four rows at a time: their sums do not wait for each other. Within a sum additions keep their
 * order, on which floating-point numbers depend.
 */
function shrinkAcross({ width: from, height, channels, data }: DisplayImage, width: number): Float32Array {
  const { firsts, ends, weights } = taps(from, width);
  const stride = width * channels;
  const rows = new Float32Array(stride * height);
  for (let y = 0; y < height; y += 4) {
    // Beyond the last row it is computed again.
    const b = Math.min(1, height - 1 - y);
    const c = Math.min(2, height - 1 - y);
    const d = Math.min(3, height - 1 - y);
    const wide = from * channels;
    let begin = 0;
    for (let x = 0; x < width; x++) {
      const end = ends[x] as number;
      for (let channel = 0; channel < channels; channel++) {
        let at = (y * from + (firsts[x] as number)) * channels + channel;
        let sumA = 0;
        let sumB = 0;
        let sumC = 0;
        let sumD = 0;
        for (let tap = begin; tap < end; tap++, at += channels) {
          const weight = weights[tap] as number;
          sumA += weight * (data[at] as number);
          sumB += weight * (data[at + b * wide] as number);
          sumC += weight * (data[at + c * wide] as number);
          sumD += weight * (data[at + d * wide] as number);
        }
        const out = y * stride + x * channels + channel;
        rows[out] = sumA;
        rows[out + b * stride] = sumB;
        rows[out + c * stride] = sumC;
        rows[out + d * stride] = sumD;
      }
      begin = end;
    }
  }
  return rows;
}

/** Each column with its new height, four at a time. */
function shrinkDown(
  rows: Float32Array,
  { height: from, channels }: DisplayImage,
  width: number,
  height: number,
): Uint8Array {
  const { firsts, ends, weights } = taps(from, height);
  const stride = width * channels;
  const data = new Uint8Array(height * stride);
  let begin = 0;
  for (let y = 0; y < height; y++) {
    const end = ends[y] as number;
    const top = (firsts[y] as number) * stride;
    for (let x = 0; x < stride; x += 4) {
      const b = Math.min(1, stride - 1 - x);
      const c = Math.min(2, stride - 1 - x);
      const d = Math.min(3, stride - 1 - x);
      let at = top + x;
      let sumA = 0;
      let sumB = 0;
      let sumC = 0;
      let sumD = 0;
      for (let tap = begin; tap < end; tap++, at += stride) {
        const weight = weights[tap] as number;
        sumA += weight * (rows[at] as number);
        sumB += weight * (rows[at + b] as number);
        sumC += weight * (rows[at + c] as number);
        sumD += weight * (rows[at + d] as number);
      }
      const out = y * stride + x;
      data[out] = toByte(sumA);
      data[out + b] = toByte(sumB);
      data[out + c] = toByte(sumC);
      data[out + d] = toByte(sumD);
    }
    begin = end;
  }
  return data;
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

/** Of which input samples each output sample is made. */
interface Taps {
  /** for each output sample the first input sample that counts */
  firsts: Int32Array;
  /** for each output sample where its weights end, which begin where those of the one before end */
  ends: Int32Array;
  /** one for each input sample that counts; those of an output sample add up to 1 */
  weights: Float64Array;
}

/** For `to` output samples of `from` input samples; beyond the border there are none. */
function taps(from: number, to: number): Taps {
  const step = from / to;
  const widening = Math.max(1, step);
  const firsts = new Int32Array(to);
  const ends = new Int32Array(to);
  const weights = new Float64Array(to * (Math.ceil(4 * widening) + 2));
  let end = 0;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - 2 * widening));
    const last = Math.min(from, Math.ceil(centre + 2 * widening));
    const begin = end;
    let sum = 0;
    for (let at = first; at < last; at++, end++) {
      const weight = cubic((at + 0.5 - centre) / widening);
      weights[end] = weight;
      sum += weight;
    }
    for (let at = begin; at < end; at++) weights[at] = (weights[at] as number) / sum;
    firsts[i] = first;
    ends[i] = end;
  }
  return { firsts, ends, weights };
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}
