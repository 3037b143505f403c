import type { Random } from '../random.ts';
import type { Chest } from './frontal-anatomy.ts';
import type { LateralGeometry } from './lateral-geometry.ts';
import { length, smoothNoise, smoothStep, squared } from './noise.ts';
import { Raster } from './raster.ts';
import { paintVessels } from './vessels.ts';

/** Attenuation that both lungs together take off along a lateral ray. */
export const LATERAL_LUNG_CONTRAST = 0.66;

/** Draws a healthy chest from the side: both lungs over each other, heart, spine, sternum, domes, airway and ribs. */
export function paintLateralChest(
  random: Random,
  size: { columns: number; rows: number; spacing: number },
  g: LateralGeometry,
): Chest {
  const image = new Raster(size.columns, size.rows, size.spacing);
  const lung = new Raster(size.columns, size.rows, size.spacing);
  const texture = smoothNoise(random);
  lung.mapRows((y) => lungRow(g, y));
  image.mapRows((y) => {
    const tissue = softTissueRow(g, y);
    return (_, x, index) => {
      const air = (lung.values[index] ?? 0) * LATERAL_LUNG_CONTRAST * g.aeration;
      return Math.max(0.02, tissue(x) + 0.012 * texture(x / 22, y / 22) - air);
    };
  });
  paintAirway(image, g);
  const vessels = new Raster(size.columns, size.rows, size.spacing);
  const hilum = { x: 4 * g.scale, y: 166 * g.scale };
  const tree = { reach: 78 * g.scale, amount: 0.1 };
  for (const side of [-1, 1] as const) paintVessels(random, vessels, hilum, side, tree);
  vessels.mapRows(() => (value, _, index) => value * (lung.values[index] ?? 0));
  image.addLayer(vessels);
  paintHilum(image, lung, hilum);
  paintAorta(image, lung, g);
  paintBones(image, lung, g);
  return { image, lung, vessels };
}

function softTissueRow(g: LateralGeometry, y: number): (x: number) => number {
  const front = g.front(y) - 22 * g.scale;
  const back = g.back(y) + 30 * g.scale;
  const shoulders = 0.16 * smoothStep(140, 60, y);
  const belly = 0.16 * smoothStep(230, 330, y);
  const neck = smoothStep(-30, 95, y);
  return (x) => {
    const middle = (front + back) / 2;
    const half = ((back - front) / 2) * (0.66 + 0.34 * neck);
    const r = Math.abs(x - middle) / half;
    if (r >= 1) return 0;
    const round = Math.sqrt(1 - squared(squared(r)));
    return round * (0.9 + shoulders + belly);
  };
}

/** Both lungs along the rays of one row. The apex closes like the end of an ellipse. */
function lungRow(g: LateralGeometry, y: number): (value: number, x: number) => number {
  if (y < g.apexY) return () => 0;
  const t = Math.min(1, (y - g.apexY) / (78 * g.scale));
  const open = Math.sqrt(1 - squared(1 - t));
  const middle = g.spine(y) - 34 * g.scale;
  const front = middle + (g.front(y) - middle) * open;
  const back = middle + (g.back(y) - middle) * open;
  return (_, x) => {
    const fromFront = x - front;
    const fromBack = back - x;
    const edges = smoothStep(-1.5, 4, fromFront) * smoothStep(-1.5, 4, fromBack);
    if (edges === 0) return 0;
    const thick = 0.72 + 0.28 * smoothStep(0, 30, fromFront) * smoothStep(0, 34, fromBack);
    const lower = smoothStep(-1.5, 1.8, g.diaphragm(x) - y);
    const upper = smoothStep(-1.5, 1.8, g.diaphragm(x - 16) - y - g.secondDome);
    const heart = 0.66 * heartDepth(g, x, y);
    const top = smoothStep(g.apexY, g.apexY + 60, y) * 0.35 + 0.65;
    return edges * thick * top * (0.55 * Math.min(upper, lower) + 0.45 * lower) * (1 - heart);
  };
}

function heartDepth(g: LateralGeometry, x: number, y: number): number {
  const { heart } = g;
  const dx = x - heart.x;
  const dy = y - heart.y;
  if (Math.abs(dx) > heart.a || Math.abs(dy) > heart.a) return 0;
  const along = dx * Math.cos(heart.tilt) - dy * Math.sin(heart.tilt);
  const across = dx * Math.sin(heart.tilt) + dy * Math.cos(heart.tilt);
  const inside = 1 - squared(along / heart.a) - squared(across / heart.b);
  return inside <= 0 ? 0 : smoothStep(0, 0.3, inside) * (0.75 + 0.25 * Math.sqrt(inside));
}

function paintAirway(image: Raster, g: LateralGeometry): void {
  const k = g.scale;
  const air = new Raster(image.columns, image.rows, image.spacing);
  air.polyline(
    [
      [4 * k, 0],
      [8 * k, 80 * k],
      [14 * k, 158 * k],
    ],
    15 * k,
    -0.13,
  );
  image.addLayer(air);
}

function paintHilum(image: Raster, lung: Raster, at: { x: number; y: number }): void {
  image.add({ left: at.x - 30, right: at.x + 30, top: at.y - 26, bottom: at.y + 30 }, (x, y) => {
    const right = smoothStep(1, 0.4, length((x - at.x + 9) / 15, (y - at.y) / 12));
    const left = smoothStep(1, 0.4, length((x - at.x - 10) / 13, (y - at.y + 9) / 10));
    return 0.13 * lung.at(x, y) * Math.max(right, left);
  });
}

/** From the heart up, over the arch and down in front of the spine. */
function paintAorta(image: Raster, lung: Raster, g: LateralGeometry): void {
  const k = g.scale;
  const aorta = new Raster(image.columns, image.rows, image.spacing);
  const places: [number, number][] = [
    [-22 * k, 190 * k],
    [-26 * k, 150 * k],
    [-6 * k, 116 * k],
    [30 * k, 114 * k],
    [52 * k, 145 * k],
    [58 * k, 200 * k],
    [56 * k, 260 * k],
  ];
  aorta.curve(places, 24 * k * g.arch, 0.1);
  image.addLayer(aorta, lung);
}

/** Vertebrae with discs, sternum, and ribs that run obliquely downwards to the front. */
function paintBones(image: Raster, lung: Raster, g: LateralGeometry): void {
  const k = g.scale;
  const period = 23 * k;
  image.mapRows((y) => {
    const spine = g.spine(y);
    const phase = (((y - 12) % period) + period) % period;
    const disc = smoothStep(4 * k, 1.8 * k, Math.min(phase, period - phase));
    const half = (13 + 0.012 * y) * k;
    const front = g.front(y);
    return (value, x) => {
      const dx = x - spine;
      let bone = 0;
      if (Math.abs(dx) < half + 3) {
        const body = smoothStep(half + 1.4, half - 1.4, Math.abs(dx));
        const edge = smoothStep(2.6, 0.4, Math.abs(Math.abs(dx) - half));
        bone = 0.11 * body * (1 - 0.62 * disc) + 0.05 * edge * (1 - disc);
      } else if (dx > 0 && dx < half + 24 * k) {
        bone =
          0.05 *
          smoothStep(6 * k, 3 * k, Math.abs(phase - 12 * k)) *
          smoothStep(half + 24 * k, half + 10 * k, dx);
      }
      const sternum =
        smoothStep(5.4 * k, 3.8 * k, Math.abs(x - front + 7 * k)) *
        smoothStep(84, 92, y) *
        smoothStep(238 * k, 228 * k, y);
      return value + bone + 0.12 * sternum;
    };
  });
  const ribs = new Raster(image.columns, image.rows, image.spacing);
  for (let number = 1; number <= 9; number++)
    for (const shift of [0, 10]) {
      const y0 = (44 + 20.5 * number + shift) * k;
      const from = g.spine(y0) + 8 * k;
      const to = g.front(y0 + 70) + (16 + 2 * number) * k;
      const places: [number, number][] = [];
      for (let t = 0; t <= 1.001; t += 0.125)
        places.push([
          from + (to - from) * t,
          y0 + (8 + 46 * t + 10 * t * t) * k - 8 * k * Math.sin(t * Math.PI),
        ]);
      ribs.polyline(places, 5 * k, shift === 0 ? 0.045 : 0.035);
    }
  for (let i = 0; i < ribs.values.length; i++) {
    const value = image.values[i] ?? 0;
    const shown = 0.3 + 0.7 * Math.min(1, 2 * (lung.values[i] ?? 0));
    if (value > 0.03) image.values[i] = value + shown * (ribs.values[i] ?? 0);
  }
}
