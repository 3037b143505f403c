import type { Random } from '../random.ts';
import type { ChestSpec } from './chest-spec.ts';
import { strengthOf } from './finding-strength.ts';
import { smoothStep } from './noise.ts';

/**
 * The shapes of a chest seen from the side, in mm: x from front (negative, left of the image) to back, y from the top.
 */
export interface LateralGeometry {
  scale: number;
  apexY: number;
  /** inner side of the sternum and front wall at y */
  front(y: number): number;
  /** middle of the vertebral bodies at y */
  spine(y: number): number;
  /** back end of the lung at y */
  back(y: number): number;
  /** top of the lower of the two domes at x; the other stands `secondDome` mm away from it */
  diaphragm(x: number): number;
  diaphragmTop: number;
  secondDome: number;
  heart: { x: number; y: number; a: number; b: number; tilt: number };
  aeration: number;
  arch: number;
}

export function lateralGeometry(random: Random, spec: ChestSpec): LateralGeometry {
  const scale = (spec.sex === 'F' ? 0.94 : 1) * (1 + 0.03 * random.normal());
  const strength = (concept: string) => strengthOf(spec.findings, concept);
  const emphysema = strength('emphysema');
  const depth = 1 + 0.1 * emphysema;
  const diaphragmTop = 252 * scale + 16 * emphysema + 4 * random.normal();
  const raised = spec.findings.find((finding) => finding.concept === 'elevated-diaphragm');
  const lift = raised === undefined ? 0 : 30;
  const heartSize = scale * (1 + 0.3 * strength('cardiomegaly') - 0.1 * emphysema);
  const curve = (1 - 0.72 * emphysema) * 0.0052;
  const spine = (y: number) => (74 + 24 * Math.sin(((y - 20) / 330) * Math.PI)) * scale;
  return {
    scale,
    apexY: 50,
    front: (y) => (-52 - 44 * smoothStep(40, 190, y)) * scale * depth + 10 * scale * smoothStep(230, 340, y),
    spine,
    back: (y) => spine(y) + 22 * scale,
    diaphragm: (x) => {
      const away = x + 30;
      return diaphragmTop + curve * away * away * (away > 0 ? 0.85 : 1.4);
    },
    diaphragmTop,
    secondDome: 9 + lift,
    heart: {
      x: -40 * scale * depth,
      y: diaphragmTop - 32 * scale,
      a: 62 * heartSize,
      b: 46 * heartSize,
      tilt: 0.75,
    },
    aeration: 1 + 0.2 * emphysema - 0.05 * strength('fibrosis'),
    arch: 1 + 0.3 * strength('tortuous-aorta'),
  };
}

/** Middle of a place in the lung, seen from the side. */
export function lateralPlace(g: LateralGeometry, location: string): { x: number; y: number } {
  const k = g.scale;
  switch (location) {
    case 'apex':
      return { x: 24 * k, y: 78 * k };
    case 'upper lobe':
      return { x: -18 * k, y: 124 * k };
    case 'middle lobe':
    case 'lingula':
      return { x: -52 * k, y: g.diaphragmTop - 44 * k };
    case 'lower lobe':
      return { x: 54 * k, y: g.diaphragmTop - 22 * k };
    case 'lung base':
      return { x: 48 * k, y: g.diaphragmTop + 4 * k };
    case 'perihilar':
      return { x: 6 * k, y: 168 * k };
    default:
      return { x: 30 * k, y: 180 * k };
  }
}
