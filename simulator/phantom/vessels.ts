import type { Random } from '../random.ts';
import type { Raster } from './raster.ts';

/** How far the tree of vessels reaches from the hilum (mm) and how dense its stem is. */
export interface VesselTree {
  reach: number;
  amount: number;
}

/** Draws the vessels of one lung: stems that fan out from the hilum, branch and taper, denser downwards. */
export function paintVessels(
  random: Random,
  layer: Raster,
  hilum: { x: number; y: number },
  side: 1 | -1,
  tree: VesselTree,
): void {
  const stems = 9;
  for (let i = 0; i < stems; i++) {
    const angle = -1.35 + (2.75 * i) / (stems - 1) + 0.12 * random.normal();
    const down = angle > 0.2 ? 1.15 : 0.85;
    branch(random, layer, hilum, side, angle, {
      length: (tree.reach / 3.1) * down,
      width: 6.4 * down,
      amount: tree.amount,
      depth: 0,
    });
  }
}

interface Branch {
  length: number;
  width: number;
  amount: number;
  depth: number;
}

const MAX_DEPTH = 4;

/** `angle` 0 points outwards, positive downwards. */
function branch(
  random: Random,
  layer: Raster,
  from: { x: number; y: number },
  side: 1 | -1,
  angle: number,
  { length, width, amount, depth }: Branch,
): void {
  const to = {
    x: from.x + side * length * Math.cos(angle),
    y: from.y + length * Math.sin(angle),
  };
  const thinner = width * 0.68;
  layer.stroke({ ...from, width, amount }, { ...to, width: thinner, amount: amount * 0.8 });
  if (depth >= MAX_DEPTH) return;
  const next = {
    length: length * random.between(0.72, 0.92),
    width: thinner,
    amount: amount * 0.8,
    depth: depth + 1,
  };
  const spread = random.between(0.22, 0.5);
  branch(random, layer, to, side, angle + spread * random.between(0.3, 1), next);
  branch(random, layer, to, side, angle - spread * random.between(0.3, 1), next);
}
