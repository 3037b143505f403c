import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACILITIES } from '../../../simulator/facilities.ts';
import { SIMULATED_CONCEPTS, type SimulatedConcept } from '../../../simulator/finding-catalogue.ts';
import { denied } from '../../../simulator/findings-truth.ts';
import type { ChestSpec, DrawnFinding } from '../../../simulator/phantom/chest-spec.ts';
import { posteriorRibY } from '../../../simulator/phantom/frontal-bones.ts';
import {
  type FrontalGeometry,
  frontalGeometry,
  frontalPlace,
  type Side,
} from '../../../simulator/phantom/frontal-geometry.ts';
import { drawChest, type Phantom } from '../../../simulator/phantom/phantom.ts';
import { Random } from '../../../simulator/random.ts';

const LEFT: Side = 1;

/** A place in mm and how far around it is looked. */
interface Region {
  x: number;
  y: number;
  reachX: number;
  reachY: number;
}

/**
 * Where a finding on the left must show in a PA view, and whether it makes that place brighter (+) or darker (−): said
 * here from the anatomy, not from the code that draws.
 */
const SHOWS: Readonly<Record<SimulatedConcept, { at: (g: FrontalGeometry) => Region; change: number }>> = {
  pneumothorax: { at: (g) => ({ x: 62 * g.scale, y: 82, reachX: 12, reachY: 10 }), change: -60 },
  effusion: { at: (g) => ({ x: 112 * g.scale, y: g.domeY(LEFT), reachX: 8, reachY: 10 }), change: 600 },
  cardiomegaly: { at: (g) => ({ x: 86 * g.scale, y: g.heart.y + 15, reachX: 3, reachY: 8 }), change: 500 },
  consolidation: { at: (g) => spot(frontalPlace(g, LEFT, 'lower lobe'), 14), change: 300 },
  pneumonia: { at: (g) => spot(frontalPlace(g, LEFT, 'lower lobe'), 14), change: 150 },
  infiltration: { at: (g) => spot(frontalPlace(g, LEFT, 'lower lobe'), 14), change: 100 },
  opacity: { at: (g) => spot(frontalPlace(g, LEFT, 'lower lobe'), 12), change: 150 },
  mass: { at: (g) => spot(frontalPlace(g, LEFT, 'upper lobe'), 12), change: 500 },
  nodule: { at: (g) => near(frontalPlace(g, LEFT, 'upper lobe'), -4, -12, 4), change: 400 },
  granuloma: { at: (g) => near(frontalPlace(g, LEFT, 'upper lobe'), 6, -4, 1.5), change: 400 },
  atelectasis: { at: (g) => near(frontalPlace(g, LEFT, 'lung base'), 0, -15, 20), change: 40 },
  edema: { at: (g) => spot({ x: g.hilum(LEFT).x + 24, y: g.hilum(LEFT).y + 12 }, 16), change: 200 },
  emphysema: { at: (g) => ({ x: 100 * g.scale, y: 190, reachX: 8, reachY: 20 }), change: -150 },
  fibrosis: { at: (g) => near(frontalPlace(g, LEFT, 'lung base'), 16, -8, 14), change: 100 },
  'pleural-thickening': {
    at: (g) => ({ x: g.chestHalfWidth(190) - 5, y: 190, reachX: 2, reachY: 25 }),
    change: 200,
  },
  hernia: { at: (g) => ({ x: 12 * g.scale, y: g.domeY(LEFT) - 10, reachX: 14, reachY: 5 }), change: 100 },
  'support-device': { at: (g) => spot({ x: 104 * g.scale, y: 102 * g.scale }, 12), change: 800 },
  'elevated-diaphragm': {
    at: (g) => ({ x: 72 * g.scale, y: g.domeY(LEFT) + 5, reachX: 8, reachY: 2 }),
    change: 500,
  },
  'tortuous-aorta': {
    at: (g) => ({ x: 42 * g.scale, y: 125 * g.scale, reachX: 4, reachY: 10 }),
    change: 250,
  },
  // A fragment that stands off its rib: the places on the rib and below it both change.
  fracture: { at: (g) => ribEnd(g), change: 60 },
  scoliosis: { at: () => ({ x: 0, y: 170, reachX: 60, reachY: 60 }), change: 0 },
};

const FINDING: Partial<Record<SimulatedConcept, Partial<DrawnFinding>>> = {
  mass: { location: 'upper lobe', sizeMm: 45 },
  nodule: { location: 'upper lobe', sizeMm: 18 },
  granuloma: { location: 'upper lobe', sizeMm: 8 },
  'support-device': { device: 'pacemaker', laterality: '' },
  fracture: { rib: 7 },
  edema: { laterality: 'BILATERAL', location: 'perihilar' },
  fibrosis: { laterality: 'BILATERAL', location: 'lung base' },
  'pleural-thickening': { location: '' },
  pneumothorax: { location: 'apex' },
};

for (const concept of SIMULATED_CONCEPTS)
  test(`a phantom shows ${concept} where it is`, () => {
    const finding: DrawnFinding = {
      ...denied(concept),
      assertion: 'PRESENT',
      laterality: 'LEFT',
      location: 'lower lobe',
      degree: 2,
      ...FINDING[concept],
    };
    const without = spec([]);
    const withIt = spec([finding]);
    // The place is where the finding is looked for in the healthy chest, except where it moves the diaphragm itself.
    const g = frontalGeometry(
      Random.of(1, 'frontal', 'p'),
      concept === 'elevated-diaphragm' ? withIt : without,
    );
    const { at, change } = SHOWS[concept];
    const [before, after] = [drawChest(without), drawChest(withIt)];
    const difference = mean(after, at(g)) - mean(before, at(g));
    if (change === 0) assert.ok(moved(before, after, at(g)) > 60, `moved ${moved(before, after, at(g))}`);
    else assert.ok(difference / change > 1, `${difference.toFixed(0)} instead of ${change}`);
  });

const ONE_SIDED = [
  'effusion',
  'consolidation',
  'mass',
  'nodule',
  'pleural-thickening',
  'atelectasis',
  'fracture',
] as const;

for (const concept of ONE_SIDED)
  test(`${concept} on the left leaves the right side as it was`, () => {
    const finding: DrawnFinding = {
      ...denied(concept),
      assertion: 'PRESENT',
      laterality: 'LEFT',
      location: 'lower lobe',
      degree: 2,
      ...FINDING[concept],
    };
    const right = { x: -90, y: 200, reachX: 70, reachY: 170 };
    assert.equal(moved(drawChest(spec([])), drawChest(spec([finding])), right), 0);
  });

test('a severe finding shows more than a mild one, a doubtful one less than a certain one', () => {
  const effusion = (more: Partial<DrawnFinding>) =>
    drawChest(
      spec([{ ...denied('effusion'), assertion: 'PRESENT', laterality: 'LEFT', degree: 1, ...more }]),
    );
  const base = drawChest(spec([]));
  const left = { x: 80, y: 230, reachX: 60, reachY: 90 };
  const [mild, severe, doubtful] = [
    effusion({}),
    effusion({ degree: 3 }),
    effusion({ assertion: 'UNCERTAIN' }),
  ];
  assert.ok(moved(base, severe, left) > 2 * moved(base, mild, left));
  assert.ok(moved(base, doubtful, left) < moved(base, mild, left));
});

test('lesions show from the side as well', () => {
  const lateral = (findings: DrawnFinding[]) => drawChest({ ...spec(findings), view: 'LATERAL' });
  const base = lateral([]);
  const everywhere = { x: 0, y: 200, reachX: 150, reachY: 190 };
  for (const concept of [
    'effusion',
    'consolidation',
    'mass',
    'pneumonia',
    'hernia',
    'emphysema',
    'cardiomegaly',
  ] as const) {
    const finding: DrawnFinding = {
      ...denied(concept),
      assertion: 'PRESENT',
      laterality: 'LEFT',
      location: 'lower lobe',
      degree: 2,
      ...FINDING[concept],
    };
    assert.ok(moved(base, lateral([finding]), everywhere) > 3, concept);
  }
});

test('values fill 12 bits, and the window holds lungs and mediastinum', () => {
  const phantom = drawChest(spec([]));
  assert.equal(phantom.pixels.length, phantom.rows * phantom.columns);
  assert.ok(phantom.pixels.every((value) => value < 4096));
  const low = phantom.windowCenter - phantom.windowWidth / 2;
  const high = phantom.windowCenter + phantom.windowWidth / 2;
  const inside = phantom.pixels.filter((value) => value > low && value < high).length / phantom.pixels.length;
  assert.ok(inside > 0.8, String(inside));
  const lung = mean(phantom, { x: 75, y: 150, reachX: 10, reachY: 10 });
  const belly = mean(phantom, { x: 0, y: 350, reachX: 30, reachY: 10 });
  assert.ok(belly - lung > 1000, `${lung} ${belly}`);
});

test('a patient looks alike in every exposure, and patients differ', () => {
  const first = drawChest(spec([]));
  const again = drawChest({ ...spec([]), exposure: 'another' });
  const other = drawChest({ ...spec([]), patient: 'somebody else' });
  const all = { x: 0, y: 200, reachX: 170, reachY: 190 };
  assert.ok(moved(first, again, all) > 0);
  assert.ok(moved(first, other, all) > 2 * moved(first, again, all));
});

test('every facility has a photometric interpretation that is drawn', () => {
  assert.deepEqual([...new Set(FACILITIES.map((facility) => facility.photometric))].sort(), [
    'MONOCHROME1',
    'MONOCHROME2',
  ]);
});

function spec(findings: DrawnFinding[]): ChestSpec {
  return { seed: 1, patient: 'p', exposure: 'e', view: 'PA', expiration: false, sex: 'M', findings };
}

function spot(place: { x: number; y: number }, reach: number): Region {
  return { ...place, reachX: reach, reachY: reach };
}

function near(place: { x: number; y: number }, dx: number, dy: number, reach: number): Region {
  return spot({ x: place.x + dx, y: place.y + dy }, reach);
}

function ribEnd(g: FrontalGeometry): Region {
  const distance = g.chestHalfWidth(posteriorRibY(g, 7, 90 * g.scale)) * 0.86 + 8;
  return { x: distance, y: posteriorRibY(g, 7, distance) + 5, reachX: 4, reachY: 2 };
}

function* pixelsIn(phantom: Phantom, region: Region): Generator<number> {
  const { pixelSpacing: s, columns, rows } = phantom;
  for (let row = 0; row < rows; row++) {
    if (Math.abs((row + 0.5) * s - region.y) > region.reachY) continue;
    for (let column = 0; column < columns; column++)
      if (Math.abs((column + 0.5 - columns / 2) * s - region.x) <= region.reachX)
        yield row * columns + column;
  }
}

function mean(phantom: Phantom, region: Region): number {
  let sum = 0;
  let count = 0;
  for (const index of pixelsIn(phantom, region)) {
    sum += phantom.pixels[index] ?? 0;
    count++;
  }
  return sum / count;
}

/** Mean absolute difference within the region. */
function moved(a: Phantom, b: Phantom, region: Region): number {
  let sum = 0;
  let count = 0;
  for (const index of pixelsIn(a, region)) {
    sum += Math.abs((a.pixels[index] ?? 0) - (b.pixels[index] ?? 0));
    count++;
  }
  return sum / count;
}
