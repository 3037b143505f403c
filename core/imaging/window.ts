/** A VOI window (PS3.3 C.11.2.1.2 and C.11.2.1.3), in units after rescaling. */
export interface Window {
  centre: number;
  width: number;
  shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

/** The share of the darkest and of the brightest pixels that a window of our own leaves out. */
export const CLIPPED_SHARE = 0.005;

/** What the window makes of a value, as 0 (black) to 255. */
export function applyWindow({ centre, width, shape }: Window, value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, fraction(shape, centre, width, value))));
}

function fraction(shape: Window['shape'], centre: number, width: number, value: number): number {
  switch (shape) {
    case 'SIGMOID':
      return 1 / (1 + Math.exp((-4 * (value - centre)) / width));
    case 'LINEAR_EXACT':
      return (value - centre) / width + 0.5;
    case 'LINEAR':
      // A width of 1 is a threshold (C.11.2.1.2.1).
      if (width <= 1) return value <= centre - 0.5 ? 0 : 1;
      return (value - (centre - 0.5)) / (width - 1) + 0.5;
  }
}

/**
 * The window for an image that has none: between the values that leave `CLIPPED_SHARE` of the pixels below and as many
 * above, so that a marker or a few dead pixels do not decide.
 */
export function windowOfValues(values: Float64Array): Window {
  const sorted = values.slice().sort();
  const clipped = Math.floor(sorted.length * CLIPPED_SHARE);
  const low = sorted[clipped] ?? 0;
  const high = sorted[sorted.length - 1 - clipped] ?? low;
  // An image of one value is shown mid-grey.
  return { centre: (low + high) / 2, width: Math.max(high - low, Number.EPSILON), shape: 'LINEAR_EXACT' };
}
