import type { DrawnFinding } from './chest-spec.ts';
import { findingStrength } from './finding-strength.ts';
import { type FrontalGeometry, sidesOf } from './frontal-geometry.ts';
import { smoothStep } from './noise.ts';
import { Raster } from './raster.ts';

/** Attenuation that free air takes away against aerated lung, and that the pleura adds. */
const FREE_AIR = 0.1;
const PLEURAL_LINE = 0.2;

/**
 * How much of each ray in the lung field goes through free air (0 or 1, soft at the border): the lung has sunk from the
 * apex and away from the side wall.
 */
export function freeAirMask(
  size: Raster,
  g: FrontalGeometry,
  finding: DrawnFinding,
): { air: Raster; line: Raster } {
  const air = new Raster(size.columns, size.rows, size.spacing);
  const line = new Raster(size.columns, size.rows, size.spacing);
  const strength = findingStrength(finding);
  const drop = 14 + 62 * strength;
  const inset = 3 + 34 * strength * strength;
  const lowest = g.apexY + 95 + 190 * strength;
  const edgeAt = (y: number) => {
    const fade = smoothStep(lowest, g.apexY + 20, y);
    return g.chestHalfWidth(y - drop * fade) - inset * fade;
  };
  for (const side of sidesOf(finding)) {
    air.mapRows((y) => {
      const edge = edgeAt(y);
      if (y > lowest) return (value) => value;
      return (value, x) => (x * side > 0 ? smoothStep(edge - 0.8, edge + 0.8, x * side) : value);
    });
    line.mapRows((y) => {
      const edge = edgeAt(y);
      const slope = Math.abs(edgeAt(y + 1) - edge);
      const steep = Math.sqrt(1 + slope * slope);
      if (y > lowest - 6 || edge < 4) return (value) => value;
      return (value, x) => (x * side > 0 ? smoothStep(1.7, 0.4, Math.abs(x * side - edge) / steep) : value);
    });
  }
  return { air, line };
}

/** Darkens the free air and draws the pleura; the vessels must already be left out there. */
export function paintPneumothorax(image: Raster, lung: Raster, free: { air: Raster; line: Raster }): void {
  for (let i = 0; i < image.values.length; i++) {
    const inLung = lung.values[i] ?? 0;
    if (inLung === 0) continue;
    const change = PLEURAL_LINE * (free.line.values[i] ?? 0) - FREE_AIR * (free.air.values[i] ?? 0);
    image.values[i] = Math.max(0.02, (image.values[i] ?? 0) + change * inLung);
  }
}
