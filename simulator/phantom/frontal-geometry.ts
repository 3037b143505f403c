import type { Random } from '../random.ts';
import type { ChestSpec, DrawnFinding } from './chest-spec.ts';
import { strengthOf } from './finding-strength.ts';
import { smoothStep } from './noise.ts';

/** 1 is the patient's left, which lies on the right of the image (PA and AP are shown face to face). */
export type Side = 1 | -1;

/**
 * The shapes of a chest seen from the front, in mm: x from the midline to the right of the image, y from its top. Made
 * once for a patient and image; findings that change a shape (wide heart, flat diaphragm) are in it.
 */
export interface FrontalGeometry {
  /** of the whole chest against an average one */
  scale: number;
  apexY: number;
  /** half the inner width of the chest at y */
  chestHalfWidth(y: number): number;
  /** top of the diaphragm below x */
  diaphragm(side: Side, x: number): number;
  /** highest point of the dome */
  domeY(side: Side): number;
  /** ellipse of the heart: centre, half axes, tilt in radians */
  heart: { x: number; y: number; a: number; b: number; tilt: number };
  /** x of the spine at y */
  spine(y: number): number;
  /** radius of the aortic knob */
  knob: number;
  hilum(side: Side): { x: number; y: number };
  /** how much air the lungs hold against an average chest */
  aeration: number;
}

export function frontalGeometry(random: Random, spec: ChestSpec): FrontalGeometry {
  const scale = (spec.sex === 'F' ? 0.94 : 1) * (1 + 0.035 * random.normal());
  const broad = 1 + 0.035 * random.normal();
  const effort = (spec.expiration ? -26 : 0) + (spec.view === 'AP' ? -10 : 0) + 4 * random.normal();
  const strength = (concept: string) => strengthOf(spec.findings, concept);
  const emphysema = strength('emphysema');
  const fibrosis = strength('fibrosis');
  const base = 268 * scale + effort + 16 * emphysema - 14 * fibrosis;
  const raised = spec.findings.find((finding) => finding.concept === 'elevated-diaphragm');
  const dome = (side: Side) => {
    const lift = raised !== undefined && sidesOf(raised).includes(side) ? 32 : 0;
    return base + (side === 1 ? 10 : 0) - lift;
  };
  const curvature = 0.0105 * (1 - 0.7 * emphysema);
  const width = 127 * scale * broad * (1 + 0.04 * emphysema);
  const apexY = 46;
  const floor = 300 * scale;
  const magnification = spec.view === 'AP' ? 1.1 : 1;
  const heartSize =
    scale *
    magnification *
    (1 + 0.05 * random.normal()) *
    (1 + 0.36 * strength('cardiomegaly') - 0.12 * emphysema);
  const bend = 26 * strength('scoliosis') * (random.chance(0.5) ? 1 : -1);
  return {
    scale,
    apexY,
    chestHalfWidth: (y) => {
      const t = Math.min(1, Math.max(0, (floor - y) / (floor - apexY)));
      return width * Math.sqrt(Math.max(0, 1 - t ** 2.7)) * (y > floor ? 1 - 0.0006 * (y - floor) : 1);
    },
    diaphragm: (side, x) => {
      const away = Math.abs(x) - 66 * scale;
      return dome(side) + curvature * away * away + (away > 0 ? 0.0035 * away * away * (1 - emphysema) : 0);
    },
    domeY: dome,
    heart: {
      x: 19 * scale * (1 + 0.25 * (heartSize / scale - 1)),
      y: base - 30 * scale - 8 * (heartSize / scale - 1),
      a: 61 * heartSize,
      b: 47 * heartSize,
      tilt: 0.6,
    },
    spine: (y) => bend * Math.sin(((y - 40) / 260) * Math.PI) * smoothStep(20, 70, y),
    knob: 17 * scale * (1 + 0.45 * strength('tortuous-aorta')),
    hilum: (side) => ({ x: side * 36 * scale, y: (side === 1 ? 152 : 162) * scale }),
    aeration: 1 + 0.22 * emphysema - 0.06 * fibrosis + (spec.expiration ? -0.12 : 0),
  };
}

export function sidesOf(finding: DrawnFinding): readonly Side[] {
  if (finding.laterality === 'LEFT') return [1];
  if (finding.laterality === 'RIGHT') return [-1];
  return [-1, 1];
}

/** Middle of a place in the lung, seen from the front. */
export function frontalPlace(g: FrontalGeometry, side: Side, location: string): { x: number; y: number } {
  const k = g.scale;
  const dome = g.domeY(side);
  switch (location) {
    case 'apex':
      return { x: side * 50 * k, y: 74 * k };
    case 'upper lobe':
      return { x: side * 66 * k, y: 122 * k };
    case 'middle lobe':
      return { x: side * 68 * k, y: dome - 48 * k };
    case 'lingula':
      return { x: side * 92 * k, y: dome - 52 * k };
    case 'lower lobe':
      return { x: side * 92 * k, y: dome - 34 * k };
    case 'lung base':
      return { x: side * 80 * k, y: dome - 14 * k };
    case 'perihilar':
      return { x: side * 54 * k, y: 165 * k };
    default:
      return { x: side * 75 * k, y: 180 * k };
  }
}
