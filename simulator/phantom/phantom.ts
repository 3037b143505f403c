import { Random } from '../random.ts';
import { paintLetters } from './annotations.ts';
import type { ChestSpec, DrawnFinding } from './chest-spec.ts';
import { paintFrontalChest } from './frontal-anatomy.ts';
import { paintFrontalFinding } from './frontal-findings.ts';
import { frontalGeometry } from './frontal-geometry.ts';
import { paintLateralChest } from './lateral-anatomy.ts';
import { paintLateralFinding } from './lateral-findings.ts';
import { lateralGeometry } from './lateral-geometry.ts';
import { gaussianStream } from './noise.ts';
import type { Raster } from './raster.ts';

/** A drawn radiograph: bone is bright, values fill `bitsStored` bits. */
export interface Phantom {
  rows: number;
  columns: number;
  bitsStored: number;
  pixels: Uint16Array;
  /** mm, both ways */
  pixelSpacing: number;
  windowCenter: number;
  windowWidth: number;
}

export const BITS_STORED = 12;
const FRONTAL_SIZE = { columns: 512, rows: 512, spacing: 0.7 } as const;
const LATERAL_SIZE = { columns: 448, rows: 512, spacing: 0.7 } as const;

/** Attenuation that fills the whole range of values, on average: exposures differ. */
const FULL_SCALE = 1.5;
const EXPOSURE_SPREAD = 0.035;

export function drawChest(spec: ChestSpec): Phantom {
  const image = spec.view === 'LATERAL' ? lateral(spec) : frontal(spec);
  return digitised(image, Random.of(spec.seed, 'noise', spec.exposure));
}

function frontal(spec: ChestSpec): Raster {
  const g = frontalGeometry(Random.of(spec.seed, 'frontal', spec.patient), spec);
  const pneumothorax = spec.findings.find((finding) => finding.concept === 'pneumothorax');
  const chest = paintFrontalChest(Random.of(spec.seed, 'anatomy', spec.patient), FRONTAL_SIZE, g, {
    sex: spec.sex,
    pneumothorax,
  });
  for (const finding of inOrderOfDepth(spec.findings))
    paintFrontalFinding({ ...chest, random: findingRandom(spec, finding) }, g, finding);
  const { image } = chest;
  paintLetters(image, 'R', { column: 26, row: 60 }, 4, 1.4);
  paintLetters(image, 'PHANTOM', { column: image.columns - 96, row: image.rows - 24 }, 2, 1.4);
  return image;
}

function lateral(spec: ChestSpec): Raster {
  const g = lateralGeometry(Random.of(spec.seed, 'lateral', spec.patient), spec);
  const chest = paintLateralChest(Random.of(spec.seed, 'side', spec.patient), LATERAL_SIZE, g);
  for (const finding of inOrderOfDepth(spec.findings))
    paintLateralFinding({ ...chest, random: findingRandom(spec, finding) }, g, finding);
  const { image } = chest;
  paintLetters(image, 'L', { column: 26, row: 60 }, 4, 1.4);
  paintLetters(image, 'PHANTOM', { column: image.columns - 96, row: image.rows - 24 }, 2, 1.4);
  return image;
}

/** Fluid first: it hides the lung and what is in it. */
function inOrderOfDepth(findings: readonly DrawnFinding[]): DrawnFinding[] {
  const fluid = (finding: DrawnFinding) => (finding.concept === 'effusion' ? 0 : 1);
  return [...findings].sort((a, b) => fluid(a) - fluid(b));
}

/** A finding looks the same whatever else is drawn. */
function findingRandom(spec: ChestSpec, finding: DrawnFinding): Random {
  return Random.of(spec.seed, 'finding', spec.patient, finding.concept, spec.view);
}

/** Detector: quantum noise that grows with attenuation, 12 bits. */
function digitised(image: Raster, random: Random): Phantom {
  const gaussian = gaussianStream(random);
  const largest = (1 << BITS_STORED) - 1;
  const gain = largest / (FULL_SCALE * (1 + EXPOSURE_SPREAD * random.normal()));
  const pixels = new Uint16Array(image.values.length);
  for (let i = 0; i < pixels.length; i++) {
    const value = image.values[i] ?? 0;
    const noisy = value + gaussian() * (0.004 + 0.009 * Math.max(0, value));
    pixels[i] = Math.min(largest, Math.max(0, Math.round(noisy * gain)));
  }
  return {
    rows: image.rows,
    columns: image.columns,
    bitsStored: BITS_STORED,
    pixels,
    pixelSpacing: image.spacing,
    windowCenter: 1850,
    windowWidth: 3300,
  };
}
