import type { SimulatedConcept } from '../finding-catalogue.ts';
import type { DrawnFinding } from './chest-spec.ts';
import { paintFrontalDevice } from './devices.ts';
import { findingStrength } from './finding-strength.ts';
import { LUNG_CONTRAST } from './frontal-anatomy.ts';
import { posteriorRibY } from './frontal-bones.ts';
import { type FrontalGeometry, frontalPlace, type Side, sidesOf } from './frontal-geometry.ts';
import {
  type Canvas,
  paintAirBronchogram,
  paintBands,
  paintFluid,
  paintNet,
  paintPatch,
  paintRound,
  paintSpicules,
} from './lesions.ts';
import { clouds, smoothNoise, smoothStep, squared } from './noise.ts';
import { Raster } from './raster.ts';

type Painter = (canvas: Canvas, g: FrontalGeometry, finding: DrawnFinding, strength: number) => void;

/** Adds what a finding adds to a frontal view. What changes the shape of the chest is in its geometry already. */
export function paintFrontalFinding(canvas: Canvas, g: FrontalGeometry, finding: DrawnFinding): void {
  PAINTERS[finding.concept]?.(canvas, g, finding, findingStrength(finding));
}

const onEachSide =
  (
    paint: (canvas: Canvas, g: FrontalGeometry, side: Side, finding: DrawnFinding, strength: number) => void,
  ): Painter =>
  (canvas, g, finding, strength) => {
    for (const side of sidesOf(finding)) paint(canvas, g, side, finding, strength);
  };

const PAINTERS: Partial<Record<SimulatedConcept, Painter>> = {
  consolidation: onEachSide((canvas, g, side, finding, strength) => {
    const at = frontalPlace(g, side, finding.location);
    paintPatch(canvas, at, { rx: 38, ry: 31, amount: 0.46 * strength, ragged: 0.25, grain: 12 });
    paintAirBronchogram(canvas, at, 34);
  }),
  pneumonia: onEachSide((canvas, g, side, finding, strength) => {
    const at = frontalPlace(g, side, finding.location);
    paintPatch(canvas, at, { rx: 42, ry: 36, amount: 0.45 * strength, ragged: 0.75, grain: 11 });
  }),
  infiltration: onEachSide((canvas, g, side, finding, strength) => {
    const at = frontalPlace(g, side, finding.location);
    paintPatch(canvas, at, { rx: 40, ry: 34, amount: 0.3 * strength, ragged: 0.9, grain: 5 });
  }),
  opacity: onEachSide((canvas, g, side, finding, strength) => {
    const at = frontalPlace(g, side, finding.location);
    paintPatch(canvas, at, { rx: 32, ry: 25, amount: 0.3 * strength, ragged: 0.4, grain: 14 });
  }),
  mass: onEachSide((canvas, g, side, finding, strength) => {
    const at = frontalPlace(g, side, finding.location);
    const diameter = finding.sizeMm ?? 45;
    paintRound(canvas, at, { diameter, amount: 0.42 * strength, lobes: 0.06, sharp: 2.5 });
    paintSpicules(canvas, at, diameter / 2);
  }),
  nodule: onEachSide((canvas, g, side, finding, strength) => {
    const place = frontalPlace(g, side, finding.location);
    const at = { x: place.x - side * 4, y: place.y - 12 };
    paintRound(canvas, at, {
      diameter: finding.sizeMm ?? 16,
      amount: 0.4 * strength,
      lobes: 0.02,
      sharp: 1.4,
    });
  }),
  granuloma: onEachSide((canvas, g, side, finding, strength) => {
    const place = frontalPlace(g, side, finding.location);
    const at = { x: place.x + side * 6, y: place.y - 4 };
    paintRound(canvas, at, { diameter: finding.sizeMm ?? 7, amount: 0.6 * strength, lobes: 0, sharp: 0.8 });
  }),
  atelectasis: onEachSide((canvas, g, side, finding, strength) => {
    const place = frontalPlace(g, side, 'lung base');
    const count = finding.degree === 3 ? 4 : 3;
    paintBands(canvas, { x: place.x, y: place.y - 6 }, count, 0.1 + 0.16 * strength);
  }),
  edema: (canvas, g, _finding, strength) => {
    const { image } = canvas;
    const lines = new Raster(image.columns, image.rows, image.spacing);
    for (const side of [-1, 1] as const) {
      const hilum = g.hilum(side);
      const at = { x: hilum.x + side * 18, y: hilum.y + 12 };
      paintPatch(canvas, at, { rx: 58, ry: 78, amount: 0.36 * strength, ragged: 0.55, grain: 16 });
      for (let i = 0; i < 9; i++) {
        const y = g.domeY(side) - 44 + 7 * i;
        const wall = side * g.chestHalfWidth(y);
        lines.polyline(
          [
            [wall, y],
            [wall - side * 13, y + 1.5],
          ],
          1.4,
          0.14 * strength,
        );
      }
    }
    image.addLayer(lines, canvas.lung);
  },
  fibrosis: (canvas, g, _finding, strength) => {
    paintNet(canvas, 0.32 * strength, (x, y) => {
      const peripheral = smoothStep(58, 8, g.chestHalfWidth(y) - Math.abs(x));
      const side: Side = x < 0 ? -1 : 1;
      const basal = smoothStep(120, 12, g.diaphragm(side, x) - y);
      return Math.max(basal, 0.55 * peripheral * smoothStep(110, 190, y));
    });
  },
  emphysema: ({ image, lung, random }, g, _finding, strength) => {
    for (let i = 0; i < 7; i++) {
      const side = i % 2 === 0 ? -1 : 1;
      const radius = random.between(9, 17);
      const x0 = side * random.between(45, 85) * g.scale;
      const y0 = random.between(88, 150) * g.scale;
      image.add({ left: x0 - 20, right: x0 + 20, top: y0 - 20, bottom: y0 + 20 }, (x, y) => {
        const r = Math.sqrt(squared(x - x0) + squared(y - y0)) / radius;
        const wall = 0.05 * smoothStep(0.1, 0, Math.abs(r - 1));
        return lung.at(x, y) * strength * (wall - 0.06 * smoothStep(1, 0.85, r));
      });
    }
  },
  effusion: onEachSide((canvas, g, side, _finding, strength) => {
    const bottom = g.diaphragm(side, side * 118 * g.scale);
    const height = 22 + 105 * strength ** 1.6;
    paintFluid(canvas, LUNG_CONTRAST * g.aeration * 0.94, (x, y) => {
      if (x * side <= 0) return 0;
      const out = Math.min(1, Math.abs(x) / g.chestHalfWidth(y));
      const surface = bottom - height * (0.62 + 0.6 * squared(squared(out)));
      return smoothStep(surface - 3, surface + 5, y);
    });
  }),
  'pleural-thickening': onEachSide(({ image, lung, random }, g, side, finding, strength) => {
    const noise = clouds(smoothNoise(random));
    const apical = finding.location === 'apex';
    image.map(image.everywhere(), (value, x, y) => {
      const air = x * side > 0 ? lung.at(x, y) : 0;
      if (air === 0) return value;
      const rough = noise(x / 14, y / 9);
      const thick = (5 + 7 * strength) * (1 + 0.4 * rough);
      const fromWall = apical ? y - capTop(g, Math.abs(x)) : g.chestHalfWidth(y) - Math.abs(x);
      const where = apical
        ? smoothStep(g.apexY + 48, g.apexY + 26, y)
        : smoothStep(g.apexY + 70, g.apexY + 95, y);
      return value + air * where * 0.34 * smoothStep(thick + 1.5, thick - 1.5, fromWall);
    });
  }),
  hernia: ({ image }, g, finding, strength) => {
    const radius = 16 + 7 * (finding.degree || 2);
    const x0 = 12 * g.scale;
    const y0 = g.domeY(1) - radius * 0.55;
    image.add({ left: x0 - 60, right: x0 + 60, top: y0 - 60, bottom: y0 + 60 }, (x, y) => {
      const r = Math.sqrt(squared(x - x0) + squared((y - y0) * 1.1)) / radius;
      const wall = 0.035 * smoothStep(0.1, 0.02, Math.abs(r - 0.95));
      const air = smoothStep(0.95, 0.85, r) * smoothStep(y0 + 3, y0 + 1, y);
      const fluid = smoothStep(1, 0.92, r) * smoothStep(y0 + 1, y0 + 3, y);
      return strength * (wall + 0.15 * fluid - 0.2 * air);
    });
  },
  'tortuous-aorta': ({ image, lung }, g, _finding, strength) => {
    const k = g.scale;
    const aorta = new Raster(image.columns, image.rows, image.spacing);
    aorta.polyline(
      [
        [24 * k, 112 * k],
        [34 * k, 140 * k],
        [36 * k, 175 * k],
        [26 * k, 215 * k],
      ],
      27 * k,
      0.26 * strength,
    );
    image.addLayer(aorta, lung);
  },
  fracture: onEachSide(({ image }, g, side, finding) => {
    const rib = finding.rib ?? 6;
    const distance = g.chestHalfWidth(posteriorRibY(g, rib, 90 * g.scale)) * 0.86;
    const place = (d: number) => ({ x: side * d, y: posteriorRibY(g, rib, d) });
    const gap = new Raster(image.columns, image.rows, image.spacing);
    const middle = place(distance);
    gap.polyline(
      [
        [middle.x - 2.5, middle.y - 7],
        [middle.x + 2.5, middle.y + 7],
      ],
      1.4,
      -0.07,
    );
    const fragment = new Raster(image.columns, image.rows, image.spacing);
    const from = place(distance + 2);
    const to = place(distance + 15);
    fragment.polyline(
      [
        [from.x, from.y + 5],
        [to.x, to.y + 4],
      ],
      5.5,
      0.09,
    );
    image.addLayer(gap);
    image.addLayer(fragment);
  }),
  'support-device': ({ image }, g, finding) => paintFrontalDevice(image, g, finding.device),
};

/** Upper border of the lung at a distance from the midline, by bisection. */
function capTop(g: FrontalGeometry, distance: number): number {
  let high = g.apexY;
  let low = 220;
  for (let step = 0; step < 12; step++) {
    const middle = (high + low) / 2;
    if (g.chestHalfWidth(middle) < distance) high = middle;
    else low = middle;
  }
  return low;
}
