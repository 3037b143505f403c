import type { SimulatedConcept } from '../finding-catalogue.ts';
import type { DrawnFinding } from './chest-spec.ts';
import { paintLateralDevice } from './devices.ts';
import { findingStrength } from './finding-strength.ts';
import { LATERAL_LUNG_CONTRAST } from './lateral-anatomy.ts';
import { type LateralGeometry, lateralPlace } from './lateral-geometry.ts';
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
import { smoothStep, squared } from './noise.ts';

type Painter = (canvas: Canvas, g: LateralGeometry, finding: DrawnFinding, strength: number) => void;

/** Share of a frontal density that is left where the other lung lies over it. */
const OVERLAID = 0.7;

/**
 * Adds what a finding adds to a lateral view. Pneumothorax, rib fractures and pleural thickening are not seen from the
 * side; what changes the shape of the chest is in its geometry already.
 */
export function paintLateralFinding(canvas: Canvas, g: LateralGeometry, finding: DrawnFinding): void {
  PAINTERS[finding.concept]?.(canvas, g, finding, findingStrength(finding) * OVERLAID);
}

const PAINTERS: Partial<Record<SimulatedConcept, Painter>> = {
  consolidation: (canvas, g, finding, strength) => {
    const at = lateralPlace(g, finding.location);
    paintPatch(canvas, at, { rx: 34, ry: 29, amount: 0.5 * strength, ragged: 0.25, grain: 12 });
    paintAirBronchogram(canvas, at, 30);
  },
  pneumonia: (canvas, g, finding, strength) =>
    paintPatch(canvas, lateralPlace(g, finding.location), {
      rx: 38,
      ry: 34,
      amount: 0.48 * strength,
      ragged: 0.75,
      grain: 11,
    }),
  infiltration: (canvas, g, finding, strength) =>
    paintPatch(canvas, lateralPlace(g, finding.location), {
      rx: 36,
      ry: 32,
      amount: 0.32 * strength,
      ragged: 0.9,
      grain: 5,
    }),
  opacity: (canvas, g, finding, strength) =>
    paintPatch(canvas, lateralPlace(g, finding.location), {
      rx: 28,
      ry: 23,
      amount: 0.32 * strength,
      ragged: 0.4,
      grain: 14,
    }),
  mass: (canvas, g, finding, strength) => {
    const at = lateralPlace(g, finding.location);
    const diameter = finding.sizeMm ?? 45;
    paintRound(canvas, at, { diameter, amount: 0.5 * strength, lobes: 0.07, sharp: 2.5 });
    paintSpicules(canvas, at, diameter / 2);
  },
  nodule: (canvas, g, finding, strength) => {
    const place = lateralPlace(g, finding.location);
    const at = { x: place.x, y: place.y - 12 };
    paintRound(canvas, at, {
      diameter: finding.sizeMm ?? 16,
      amount: 0.42 * strength,
      lobes: 0.02,
      sharp: 1.4,
    });
  },
  granuloma: (canvas, g, finding, strength) => {
    const place = lateralPlace(g, finding.location);
    const at = { x: place.x + 5, y: place.y - 4 };
    paintRound(canvas, at, { diameter: finding.sizeMm ?? 7, amount: 0.6 * strength, lobes: 0, sharp: 0.8 });
  },
  atelectasis: (canvas, g, finding, strength) => {
    const at = lateralPlace(g, 'lung base');
    paintBands(canvas, { x: at.x, y: at.y - 8 }, finding.degree === 3 ? 4 : 3, 0.12 + 0.16 * strength);
  },
  edema: (canvas, g, _finding, strength) => {
    const at = lateralPlace(g, 'perihilar');
    paintPatch(
      canvas,
      { x: at.x, y: at.y + 12 },
      { rx: 62, ry: 74, amount: 0.36 * strength, ragged: 0.55, grain: 16 },
    );
  },
  fibrosis: (canvas, g, _finding, strength) =>
    paintNet(
      canvas,
      0.32 * strength,
      (x, y) => smoothStep(105, 10, g.diaphragm(x) - y) * smoothStep(-60, 20, x),
    ),
  effusion: (canvas, g, finding, strength) => {
    const share = finding.laterality === 'BILATERAL' ? 0.94 : 0.6;
    const bottom = g.diaphragm(g.back(300));
    const height = 30 + 100 * (strength / OVERLAID) ** 1.6;
    paintFluid(canvas, LATERAL_LUNG_CONTRAST * g.aeration, (x, y) => {
      const behind = smoothStep(-20, 95, x);
      const surface = bottom - height * (0.4 + 0.7 * squared(behind) * behind);
      return share * smoothStep(surface - 3, surface + 5, y);
    });
  },
  hernia: ({ image }, g, finding, strength) => {
    const radius = 16 + 7 * (finding.degree || 2);
    const x0 = 30 * g.scale;
    const y0 = g.diaphragmTop - radius * 0.35;
    image.add({ left: x0 - 60, right: x0 + 60, top: y0 - 60, bottom: y0 + 60 }, (x, y) => {
      const r = Math.sqrt(squared(x - x0) + squared((y - y0) * 1.1)) / radius;
      const wall = 0.06 * smoothStep(0.1, 0.02, Math.abs(r - 0.95));
      const air = smoothStep(0.95, 0.85, r) * smoothStep(y0 + 3, y0 + 1, y);
      const fluid = smoothStep(1, 0.92, r) * smoothStep(y0 + 1, y0 + 3, y);
      return strength * (wall + 0.26 * fluid - 0.1 * air);
    });
  },
  'support-device': ({ image }, g, finding) => paintLateralDevice(image, g, finding.device),
};
