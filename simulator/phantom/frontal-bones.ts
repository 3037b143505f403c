import type { FrontalGeometry, Side } from './frontal-geometry.ts';
import { length, smoothStep } from './noise.ts';
import type { Raster } from './raster.ts';

/** Where rib `number` (1 to 10) leaves the spine, and its way: y at a distance from the midline. */
export function posteriorRibY(g: FrontalGeometry, number: number, distance: number): number {
  const k = g.scale;
  const start = (46 + 22.5 * number) * k;
  const d = distance / k - 18;
  const rise = -6 * Math.sin(Math.min(1, d / 55) * Math.PI * 0.6);
  return start + k * (rise + 0.0019 * d * d * (1 + 0.05 * number));
}

/** The front part of a rib comes down from the side wall towards the sternum. */
function anteriorRibY(g: FrontalGeometry, number: number, distance: number): number {
  const k = g.scale;
  const half = g.chestHalfWidth((90 + 24 * number) * k);
  const lateral = posteriorRibY(g, number, half) + 6 * k;
  return lateral + 0.42 * (half - distance) + 0.0012 * (half - distance) ** 2;
}

const RIB_WIDTH = 8.5;

/** Spine, ribs, clavicles and shoulder blades, added to the attenuation. */
export function paintFrontalBones(image: Raster, g: FrontalGeometry): void {
  paintSpine(image, g);
  for (const side of [-1, 1] as const) {
    for (let number = 1; number <= 10; number++) {
      paintRib(image, g, side, (d) => posteriorRibY(g, number, d), 16 * g.scale, RIB_WIDTH, 0.085);
      if (number <= 7)
        paintRib(image, g, side, (d) => anteriorRibY(g, number, d), (48 + 2 * number) * g.scale, 10, 0.045);
    }
    paintClavicle(image, g, side);
    paintScapula(image, g, side);
  }
}

/** A band along y(distance) from `inner` to the chest wall, brighter at its cortex. */
function paintRib(
  image: Raster,
  g: FrontalGeometry,
  side: Side,
  y: (distance: number) => number,
  inner: number,
  width: number,
  amount: number,
): void {
  const half = (width * g.scale) / 2;
  for (let column = 0; column < image.columns; column++) {
    const x = image.xOf(column);
    const distance = x * side;
    if (distance < inner) continue;
    const middle = y(distance);
    const beyond = distance - g.chestHalfWidth(middle);
    if (beyond > 5) continue;
    const fade = smoothStep(5, 1, beyond) * smoothStep(inner, inner + 9, distance);
    const from = Math.max(0, Math.floor((middle - half) / image.spacing - 2));
    const to = Math.min(image.rows - 1, Math.ceil((middle + half) / image.spacing + 2));
    for (let row = from; row <= to; row++) {
      const t = Math.abs(image.yOf(row) - middle) / half;
      const profile = 0.62 * smoothStep(1.12, 0.85, t) + 0.5 * smoothStep(0.32, 0, Math.abs(t - 0.86));
      const index = row * image.columns + column;
      image.values[index] = (image.values[index] ?? 0) + amount * fade * profile;
    }
  }
}

/** Vertebral bodies with discs between them, pedicles and spinous processes. */
function paintSpine(image: Raster, g: FrontalGeometry): void {
  const k = g.scale;
  const period = 22.5 * k;
  image.add({ left: -70, right: 70, top: 0, bottom: image.rows * image.spacing }, (x, y) => {
    const dx = Math.abs(x - g.spine(y));
    const half = (13 + 0.018 * y) * k;
    if (dx > half + 6) return 0;
    const phase = (((y - 10) % period) + period) % period;
    const body = smoothStep(half + 1.5, half - 1.5, dx);
    const disc = smoothStep(4 * k, 1.5 * k, Math.min(phase, period - phase));
    const edge = smoothStep(3, 0, Math.abs(dx - half));
    const pedicle = smoothStep(1, 0.6, length((dx - 9 * k) / (3.6 * k), (phase - 8 * k) / (4.4 * k)));
    const spinous = smoothStep(1, 0.5, length(dx / (2.6 * k), (phase - 15 * k) / (6 * k)));
    const bone = 0.075 * body * (1 - 0.45 * disc) + 0.022 * edge * (1 - disc);
    return bone + 0.035 * pedicle + 0.035 * spinous;
  });
}

/** From the sternum outwards and up, slightly S-shaped. */
function paintClavicle(image: Raster, g: FrontalGeometry, side: Side): void {
  const k = g.scale;
  const reach = 152 * k;
  image.add({ left: side === 1 ? 8 : -180, right: side === 1 ? 180 : -8, top: 20, bottom: 110 }, (x, y) => {
    const d = x * side - 12 * k;
    if (d < 0 || d > reach) return 0;
    const t = d / reach;
    const middle = (90 - 46 * t + 6 * Math.sin(t * Math.PI * 2)) * k;
    const half = (7.4 - 3 * Math.sin(t * Math.PI) + 0.8 * t) * k;
    const across = Math.abs(y - middle) / half;
    const ends = smoothStep(0, 5, d) * smoothStep(reach, reach - 6, d) * (1 - 0.5 * t);
    return ends * (0.1 * smoothStep(1.12, 0.9, across) + 0.07 * smoothStep(0.3, 0, Math.abs(across - 0.88)));
  });
}

/** A faint plate beside the upper chest; its inner border shows as a line. */
function paintScapula(image: Raster, g: FrontalGeometry, side: Side): void {
  const k = g.scale;
  image.add({ left: side === 1 ? 90 : -180, right: side === 1 ? 180 : -90, top: 50, bottom: 230 }, (x, y) => {
    const d = x * side;
    const border = (112 + 0.1 * (y - 60) + 7 * Math.sin((y - 60) / 40)) * k;
    const vertical = smoothStep(60 * k, 84 * k, y) * smoothStep(206 * k, 186 * k, y - 0.5 * (d - border));
    const plate = smoothStep(border - 1, border + 1.5, d) * smoothStep(border + 62, border + 45, d);
    const line = smoothStep(3.2, 0.6, Math.abs(d - border - 1.6));
    return vertical * (0.05 * plate + 0.05 * line);
  });
}
