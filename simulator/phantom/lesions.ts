import type { Random } from '../random.ts';
import { clouds, length, smoothNoise, smoothStep } from './noise.ts';
import { around, Raster } from './raster.ts';

/** A picture under work: `lung` says where and how much lung a ray goes through, so that lesions stay inside it. */
export interface Canvas {
  image: Raster;
  lung: Raster;
  /** attenuation of the vessels within `image`: what hides the lung takes them away again */
  vessels: Raster;
  random: Random;
}

export interface Place {
  x: number;
  y: number;
}

/** How a patch of density looks: half axes in mm, attenuation, how ragged (0 to 1) and how large its grain is in mm. */
export interface Patch {
  rx: number;
  ry: number;
  amount: number;
  ragged: number;
  grain: number;
}

/** A cloud of density: fluffy where `ragged` is high, nearly solid where it is low. */
export function paintPatch({ image, lung, random }: Canvas, at: Place, patch: Patch): void {
  const noise = clouds(smoothNoise(random));
  const { rx, ry, amount, ragged, grain } = patch;
  image.add(around(at.x, at.y, rx * 1.5, ry * 1.5), (x, y) => {
    const r = length((x - at.x) / rx, (y - at.y) / ry);
    const n = noise(x / grain, y / grain);
    const inside = smoothStep(1.15 + 0.5 * ragged * n, 0.45, r);
    const texture = 1 - ragged * 0.5 + ragged * n;
    return inside === 0 ? 0 : amount * inside * Math.max(0, texture) * Math.min(1, 1.15 * lung.at(x, y));
  });
}

/**
 * Fluid in front of and behind the lung: `share(x, y)` of its air becomes `density` denser. The lung there is not seen
 * any more: its vessels go, and lesions that are painted later stay out.
 */
export function paintFluid(
  { image, lung, vessels }: Canvas,
  density: number,
  share: (x: number, y: number) => number,
): void {
  image.mapRows((y) => (value, x, index) => {
    const air = lung.values[index] ?? 0;
    const filled = air === 0 ? 0 : share(x, y);
    if (filled === 0) return value;
    lung.values[index] = air * (1 - filled);
    return value + filled * (air * density - (vessels.values[index] ?? 0));
  });
}

/** Air-filled bronchi that show dark within a consolidation. */
export function paintAirBronchogram({ image, random }: Canvas, at: Place, radius: number): void {
  const air = new Raster(image.columns, image.rows, image.spacing);
  const start = random.between(0, Math.PI * 2);
  for (let i = 0; i < 3; i++) {
    const angle = start + (i - 1) * 0.7;
    const tip = { x: at.x + radius * 0.7 * Math.cos(angle), y: at.y + radius * 0.7 * Math.sin(angle) };
    air.stroke({ x: at.x, y: at.y, width: 3.2, amount: -0.1 }, { ...tip, width: 1.6, amount: -0.05 });
  }
  image.addLayer(air);
}

/** A round density of a given diameter; `lobes` makes its border uneven, `sharp` its edge. */
export function paintRound(
  { image, lung, random }: Canvas,
  at: Place,
  round: { diameter: number; amount: number; lobes: number; sharp: number },
): void {
  const radius = round.diameter / 2;
  const phase = random.between(0, Math.PI * 2);
  image.add(around(at.x, at.y, radius * 1.6), (x, y) => {
    const dx = x - at.x;
    const dy = y - at.y;
    const angle = Math.atan2(dy, dx);
    const edge =
      radius * (1 + round.lobes * (Math.sin(3 * angle + phase) + 0.6 * Math.sin(5 * angle + 2.1 * phase)));
    const inside = smoothStep(edge + round.sharp, edge - round.sharp, length(dx, dy));
    return round.amount * inside * (lung.at(x, y) > 0.05 ? 1 : 0.25);
  });
}

/** Fine lines that radiate from a mass into the lung. */
export function paintSpicules({ image, lung, random }: Canvas, at: Place, radius: number): void {
  const layer = new Raster(image.columns, image.rows, image.spacing);
  for (let i = 0; i < 14; i++) {
    const angle = (i / 14) * Math.PI * 2 + 0.2 * random.normal();
    const reach = radius * random.between(1.15, 1.6);
    layer.stroke(
      { x: at.x + radius * Math.cos(angle), y: at.y + radius * Math.sin(angle), width: 1.6, amount: 0.12 },
      { x: at.x + reach * Math.cos(angle), y: at.y + reach * Math.sin(angle), width: 0.8, amount: 0.03 },
    );
  }
  image.addLayer(layer, lung);
}

/** Plate-like bands of collapsed lung: `count` slightly tilted lines around a place. */
export function paintBands({ image, lung, random }: Canvas, at: Place, count: number, amount: number): void {
  const layer = new Raster(image.columns, image.rows, image.spacing);
  for (let i = 0; i < count; i++) {
    const half = random.between(20, 34);
    const tilt = random.between(-0.35, 0.35);
    const y = at.y - 9 * i + random.between(-2, 2);
    const x = at.x + random.between(-8, 8);
    const width = random.between(1.2, 2.8);
    layer.curve(
      [
        [x - half, y - half * tilt],
        [x, y - random.between(1, 4)],
        [x + half, y + half * tilt],
      ],
      width,
      amount,
    );
  }
  image.addLayer(layer, lung);
}

/** A net of fine lines: `weight` says how strong it is at a place. */
export function paintNet(
  { image, lung, random }: Canvas,
  amount: number,
  weight: (x: number, y: number) => number,
): void {
  const noise = smoothNoise(random);
  image.add(image.everywhere(), (x, y) => {
    const air = lung.at(x, y);
    if (air < 0.05) return 0;
    const w = weight(x, y);
    if (w <= 0) return 0;
    const fine = Math.max(0, 1 - 2.6 * Math.abs(noise(x / 3.1, y / 3.1)));
    const coarse = Math.max(0, 1 - 3 * Math.abs(noise(x / 6.5 + 23, y / 6.5)));
    return amount * air * w * (0.3 + 0.45 * fine + 0.35 * coarse);
  });
}
