import type { Random } from '../random.ts';
import type { DrawnFinding } from './chest-spec.ts';
import { paintFrontalBones } from './frontal-bones.ts';
import type { FrontalGeometry, Side } from './frontal-geometry.ts';
import { length, smoothNoise, smoothStep, squared } from './noise.ts';
import { freeAirMask, paintPneumothorax } from './pneumothorax.ts';
import { Raster } from './raster.ts';
import { paintVessels } from './vessels.ts';

/** The attenuation of a healthy chest and how much lung each pixel looks through (0 to 1). */
export interface Chest {
  image: Raster;
  lung: Raster;
  /** of the lung, as far as they show */
  vessels: Raster;
}

/** Attenuation that a whole depth of lung takes off the soft tissue around it. */
export const LUNG_CONTRAST = 0.62;

/** Draws soft tissue, lungs, heart, great vessels, airways, bones and the vessels of the lung. */
export function paintFrontalChest(
  random: Random,
  size: { columns: number; rows: number; spacing: number },
  g: FrontalGeometry,
  patient: { sex: 'F' | 'M'; pneumothorax: DrawnFinding | undefined },
): Chest {
  const image = new Raster(size.columns, size.rows, size.spacing);
  const lung = new Raster(size.columns, size.rows, size.spacing);
  const texture = smoothNoise(random);
  lung.mapRows((y) => lungRow(g, y));
  image.mapRows((y) => {
    const tissue = softTissueRow(g, y);
    return (_, x) => tissue(x) + 0.012 * texture(x / 22, y / 22);
  });
  if (patient.sex === 'F') paintBreasts(image, g);
  for (let i = 0; i < image.values.length; i++) {
    const air = (lung.values[i] ?? 0) * LUNG_CONTRAST * g.aeration;
    image.values[i] = Math.max(0.02, (image.values[i] ?? 0) - air);
  }
  paintAirways(image, g);
  paintStomach(image, g, random);
  const vessels = new Raster(size.columns, size.rows, size.spacing);
  for (const side of [-1, 1] as const)
    paintVessels(random, vessels, g.hilum(side), side, { reach: 88 * g.scale, amount: 0.13 / g.aeration });
  const free = patient.pneumothorax === undefined ? null : freeAirMask(image, g, patient.pneumothorax);
  vessels.mapRows(
    () => (value, _, index) => value * (lung.values[index] ?? 0) * (1 - (free?.air.values[index] ?? 0)),
  );
  image.addLayer(vessels);
  if (free !== null) paintPneumothorax(image, lung, free);
  image.mapRows((y) => (value, x, index) => {
    const air = lung.values[index] ?? 0;
    return air === 0 ? value : value + 0.014 * air * (texture(x / 6, y / 6) + texture(x / 2.2, y / 2.2));
  });
  paintFrontalBones(image, g);
  return { image, lung, vessels };
}

/** Soft tissue of trunk, shoulders and neck along one row, without lungs. */
function softTissueRow(g: FrontalGeometry, y: number): (x: number) => number {
  const trunkHalf = 160 * g.scale + 0.02 * (y - 200);
  const neckHalf = 58 + 0.25 * y;
  const neckFade = smoothStep(90, 45, y);
  const belly = 1 + 0.17 * smoothStep(200, 320, y);
  return (x) => {
    const out = Math.abs(x);
    const shoulderTop = 30 + 0.24 * Math.max(0, out - 50);
    const trunk = y > 40 ? Math.sqrt(Math.max(0, 1 - squared(squared(out / trunkHalf)))) : 0;
    const chest = 0.92 * trunk * smoothStep(shoulderTop - 6, shoulderTop + 40, y);
    const lower = smoothStep(205, 120, y - 0.4 * (179 - out));
    const shoulder = 0.62 * smoothStep(shoulderTop - 4, shoulderTop + 26, y) * lower;
    const neck = neckFade === 0 ? 0 : 0.72 * neckFade * Math.sqrt(Math.max(0, 1 - squared(out / neckHalf)));
    return Math.max(chest * belly, shoulder, neck);
  };
}

/** Lung along the rays of one row: 0 outside, less beside the heart and near the edges. */
function lungRow(g: FrontalGeometry, y: number): (value: number, x: number) => number {
  const k = g.scale;
  const half = g.chestHalfWidth(y);
  const midline = g.spine(y) * 0.4;
  const inner = { [-1]: mediastinalHalfWidth(g, -1, y), 1: mediastinalHalfWidth(g, 1, y) };
  const apex = smoothStep(g.apexY - 2, g.apexY + 45, y) * 0.25 + 0.75;
  return (_, x) => {
    const side: Side = x < midline ? -1 : 1;
    const fromWall = half - Math.abs(x);
    const floor = g.diaphragm(side, x) - y;
    if (fromWall < -1.5 || floor < -1.2) return 0;
    const wall = smoothStep(-1.5, 2, fromWall) * (0.8 + 0.2 * smoothStep(0, 26, fromWall));
    const above = smoothStep(-1.2, 2.2, floor);
    const medial = smoothStep(inner[side] - 2, inner[side] + 3.5, Math.abs(x - midline));
    if (wall * above * medial === 0) return 0;
    const heart = 0.86 * heartDepth(g, x, y);
    const knob = 0.8 * disc(x - 19 * k, y - 112 * k, g.knob);
    const artery = 0.55 * disc(x - 17 * k, y - 150 * k, 23 * k);
    return wall * above * medial * apex * (1 - Math.max(heart, knob, artery));
  };
}

/** Half width of what stands between the lungs above the heart. */
function mediastinalHalfWidth(g: FrontalGeometry, side: Side, y: number): number {
  const k = g.scale;
  const upper = 15 * k + 8 * k * smoothStep(60, 120, y);
  return side === -1
    ? upper
    : upper - 2 * k + 5 * k * smoothStep(95, 125, y) + 5 * k * smoothStep(150, 220, y);
}

/** 0 outside the heart, rising quickly to 1 inside. */
export function heartDepth(g: FrontalGeometry, x: number, y: number): number {
  const { heart } = g;
  const dx = x - heart.x;
  const dy = y - heart.y;
  if (Math.abs(dx) > heart.a || Math.abs(dy) > heart.a) return 0;
  const along = dx * Math.cos(heart.tilt) + dy * Math.sin(heart.tilt);
  const across = -dx * Math.sin(heart.tilt) + dy * Math.cos(heart.tilt);
  const inside = 1 - squared(along / heart.a) - squared(across / heart.b);
  return inside <= 0 ? 0 : smoothStep(0, 0.07, inside) * (0.78 + 0.22 * Math.sqrt(inside));
}

function disc(dx: number, dy: number, radius: number): number {
  return smoothStep(1.03, 0.86, length(dx, dy) / radius);
}

/** Trachea and main bronchi as lucent tubes. */
function paintAirways(image: Raster, g: FrontalGeometry): void {
  const k = g.scale;
  const air = new Raster(image.columns, image.rows, image.spacing);
  const carina: [number, number] = [0, 134 * k];
  const bend = (y: number) => 0.25 * g.spine(y);
  air.polyline(
    [
      [0, 0],
      [bend(70), 70],
      [carina[0], carina[1]],
    ],
    16 * k,
    -0.17,
  );
  air.polyline([carina, [-26 * k, 157 * k], [-38 * k, 178 * k]], 11 * k, -0.11);
  air.polyline([carina, [30 * k, 160 * k], [46 * k, 174 * k]], 9 * k, -0.1);
  image.addLayer(air);
}

/** The air of the stomach under the left dome, with a flat lower border. */
function paintStomach(image: Raster, g: FrontalGeometry, random: Random): void {
  const x0 = random.between(52, 70) * g.scale;
  const y0 = g.domeY(1) + random.between(17, 22);
  const halfX = random.between(14, 26);
  const box = { left: x0 - 40, right: x0 + 40, top: y0 - 20, bottom: y0 + 20 };
  image.add(box, (x, y) => {
    const r = squared((x - x0) / halfX) + squared((y - y0) / 9);
    return -0.34 * smoothStep(1.1, 0.75, r) * smoothStep(y0 + 5, y0 + 3, y);
  });
}

function paintBreasts(image: Raster, g: FrontalGeometry): void {
  const k = g.scale;
  for (const side of [-1, 1] as const) {
    const x0 = side * 84 * k;
    const y0 = g.domeY(side) - 38 * k;
    image.add({ left: x0 - 62, right: x0 + 62, top: y0 - 62, bottom: y0 + 62 }, (x, y) => {
      const r = length((x - x0) / (54 * k), (y - y0) / (48 * k));
      const lower = smoothStep(-30, 40, y - y0);
      return 0.1 * smoothStep(1, 0.8, r) * (0.35 + 0.65 * lower);
    });
  }
}
