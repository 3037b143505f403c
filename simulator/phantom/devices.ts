import type { DeviceKind } from '../findings-truth.ts';
import type { FrontalGeometry } from './frontal-geometry.ts';
import type { LateralGeometry } from './lateral-geometry.ts';
import { smoothStep } from './noise.ts';
import { around, Raster } from './raster.ts';

/** Metal and plastic: what a device adds to a frontal view. */
export function paintFrontalDevice(image: Raster, g: FrontalGeometry, device: DeviceKind | null): void {
  const k = g.scale;
  const layer = new Raster(image.columns, image.rows, image.spacing);
  switch (device) {
    case 'pacemaker':
      paintBox(layer, 104 * k, 102 * k, 23, 19);
      layer.curve(
        [
          [88 * k, 92 * k],
          [50 * k, 76 * k],
          [-6 * k, 96 * k],
          [-22 * k, 130 * k],
          [-26 * k, 190 * k],
          [-16 * k, 214 * k],
          [-6 * k, 204 * k],
        ],
        0.8,
        0.34,
      );
      layer.curve(
        [
          [90 * k, 96 * k],
          [48 * k, 80 * k],
          [-3 * k, 100 * k],
          [-19 * k, 134 * k],
          [-20 * k, 200 * k],
          [10 * k, g.heart.y + 26],
          [44 * k, g.heart.y + 30],
        ],
        0.8,
        0.34,
      );
      break;
    case 'picc':
      layer.curve(
        [
          [-178, 150 * k],
          [-140 * k, 96 * k],
          [-80 * k, 76 * k],
          [-34 * k, 90 * k],
          [-20 * k, 116 * k],
          [-19 * k, 168 * k],
        ],
        0.8,
        0.2,
      );
      break;
    case 'endotracheal tube':
      layer.curve(
        [
          [-4, 0],
          [-4.5 * k, 98 * k],
        ],
        1.4,
        0.2,
      );
      layer.curve(
        [
          [4, 0],
          [3.5 * k, 102 * k],
        ],
        1.6,
        0.3,
      );
      layer.curve(
        [
          [-4.5 * k, 98 * k],
          [3.5 * k, 103 * k],
        ],
        1.2,
        0.2,
      );
      break;
    case 'enteric tube':
      layer.curve(
        [
          [2, 0],
          [4 * k, 120 * k],
          [8 * k, 200 * k],
          [14 * k, g.domeY(1) + 6],
          [42 * k, g.domeY(1) + 24],
          [62 * k, g.domeY(1) + 30],
        ],
        1.4,
        0.2,
      );
      break;
    case null:
      break;
  }
  image.addLayer(layer);
}

/** The same seen from the side: x runs from front to back. */
export function paintLateralDevice(image: Raster, g: LateralGeometry, device: DeviceKind | null): void {
  const layer = new Raster(image.columns, image.rows, image.spacing);
  const { heart, diaphragmTop } = g;
  switch (device) {
    case 'pacemaker':
      paintBox(layer, -104, 112, 8, 20);
      layer.curve(
        [
          [-98, 100],
          [-60, 84],
          [-20, 100],
          [heart.x + 6, 170],
          [heart.x - 2, 205],
        ],
        0.8,
        0.34,
      );
      layer.curve(
        [
          [-98, 104],
          [-58, 88],
          [-16, 106],
          [heart.x + 10, 190],
          [heart.x - 28, heart.y + 30],
        ],
        0.8,
        0.34,
      );
      break;
    case 'picc':
      layer.curve(
        [
          [-60, 70],
          [-30, 84],
          [-16, 118],
          [-14, 168],
        ],
        0.8,
        0.2,
      );
      break;
    case 'endotracheal tube':
      layer.curve(
        [
          [10, 0],
          [14, 98],
        ],
        1.6,
        0.26,
      );
      break;
    case 'enteric tube':
      layer.curve(
        [
          [24, 0],
          [36, 120],
          [40, 210],
          [30, diaphragmTop + 14],
          [-10, diaphragmTop + 36],
        ],
        1.4,
        0.2,
      );
      break;
    case null:
      break;
  }
  image.addLayer(layer);
}

/** A metal box with rounded corners. */
function paintBox(layer: Raster, x0: number, y0: number, halfX: number, halfY: number): void {
  layer.add(around(x0, y0, halfX + 4, halfY + 4), (x, y) => {
    const r = (Math.abs(x - x0) / halfX) ** 5 + (Math.abs(y - y0) / halfY) ** 5;
    const inner = Math.abs(y - y0) < halfY * 0.45 ? 0.12 : 0;
    return (0.4 + inner) * smoothStep(1.25, 0.85, r);
  });
}
