/**
 * A field of attenuation over the plane of the detector, in millimetres: x from the middle of the image to its right,
 * y from the top downwards. 0 is air, 1 about the mediastinum of an adult.
 */
export class Raster {
  readonly columns: number;
  readonly rows: number;
  /** mm per pixel, both ways */
  readonly spacing: number;
  readonly values: Float32Array;

  constructor(columns: number, rows: number, spacing: number) {
    this.columns = columns;
    this.rows = rows;
    this.spacing = spacing;
    this.values = new Float32Array(columns * rows);
  }

  xOf(column: number): number {
    return (column + 0.5 - this.columns / 2) * this.spacing;
  }

  yOf(row: number): number {
    return (row + 0.5) * this.spacing;
  }

  /** The value at a place in mm; 0 outside. */
  at(x: number, y: number): number {
    const column = Math.round(x / this.spacing + this.columns / 2 - 0.5);
    const row = Math.round(y / this.spacing - 0.5);
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return 0;
    return this.values[row * this.columns + column] ?? 0;
  }

  /** Replaces every value within the box by `change(value, x, y)`. */
  map(box: Box, change: (value: number, x: number, y: number) => number): void {
    const { left, right, top, bottom } = this.#pixels(box);
    for (let row = top; row <= bottom; row++) {
      const y = this.yOf(row);
      for (let column = left; column <= right; column++) {
        const index = row * this.columns + column;
        this.values[index] = change(this.values[index] ?? 0, this.xOf(column), y);
      }
    }
  }

  /** Adds `amount(x, y)` within the box. */
  add(box: Box, amount: (x: number, y: number) => number): void {
    this.map(box, (value, x, y) => value + amount(x, y));
  }

  /** As `map` over everything, with what is the same along a row worked out once for it. */
  mapRows(rowOf: (y: number) => (value: number, x: number, index: number) => number): void {
    for (let row = 0; row < this.rows; row++) {
      const change = rowOf(this.yOf(row));
      for (let column = 0; column < this.columns; column++) {
        const index = row * this.columns + column;
        this.values[index] = change(this.values[index] ?? 0, this.xOf(column), index);
      }
    }
  }

  /** Adds a layer of the same size, weighted by a mask of the same size. */
  addLayer(layer: Raster, mask?: Raster): void {
    for (let i = 0; i < this.values.length; i++)
      this.values[i] = (this.values[i] ?? 0) + (layer.values[i] ?? 0) * (mask?.values[i] ?? 1);
  }

  /**
   * Draws a line of the given width; where lines cross, the stronger counts. `from` and `to` are places, each with the
   * width and amount at that end, so that a vessel can taper. Negative amounts draw lucent lines.
   */
  stroke(from: StrokeEnd, to: StrokeEnd): void {
    const reach = Math.max(from.width, to.width) / 2 + this.spacing;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const lengthSquared = dx * dx + dy * dy || 1e-9;
    const box = {
      left: Math.min(from.x, to.x) - reach,
      right: Math.max(from.x, to.x) + reach,
      top: Math.min(from.y, to.y) - reach,
      bottom: Math.max(from.y, to.y) + reach,
    };
    this.map(box, (value, x, y) => {
      const t = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / lengthSquared));
      const acrossX = x - from.x - t * dx;
      const acrossY = y - from.y - t * dy;
      const half = (from.width + (to.width - from.width) * t) / 2 + this.spacing;
      const round = 1 - (acrossX * acrossX + acrossY * acrossY) / (half * half);
      if (round <= 0) return value;
      const amount = (from.amount + (to.amount - from.amount) * t) * Math.sqrt(round);
      return Math.abs(amount) > Math.abs(value) ? amount : value;
    });
  }

  /** A line through several places, all of one width and amount. */
  polyline(places: readonly (readonly [number, number])[], width: number, amount: number): void {
    for (let i = 1; i < places.length; i++) {
      const [x0, y0] = places[i - 1] ?? [0, 0];
      const [x1, y1] = places[i] ?? [0, 0];
      this.stroke({ x: x0, y: y0, width, amount }, { x: x1, y: y1, width, amount });
    }
  }

  /** A smooth curve (Catmull-Rom) through the places. */
  curve(places: readonly (readonly [number, number])[], width: number, amount: number): void {
    this.polyline(smoothCurve(places), width, amount);
  }

  everywhere(): Box {
    const half = (this.columns * this.spacing) / 2;
    return { left: -half, right: half, top: 0, bottom: this.rows * this.spacing };
  }

  #pixels(box: Box): Box {
    const column = (x: number) => x / this.spacing + this.columns / 2 - 0.5;
    const row = (y: number) => y / this.spacing - 0.5;
    return {
      left: Math.max(0, Math.floor(column(box.left))),
      right: Math.min(this.columns - 1, Math.ceil(column(box.right))),
      top: Math.max(0, Math.floor(row(box.top))),
      bottom: Math.min(this.rows - 1, Math.ceil(row(box.bottom))),
    };
  }
}

/** A rectangle in mm. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface StrokeEnd {
  x: number;
  y: number;
  /** mm */
  width: number;
  amount: number;
}

/** Places of the input with further ones between, on Catmull-Rom splines. */
function smoothCurve(places: readonly (readonly [number, number])[]): [number, number][] {
  const at = (index: number) => places[Math.min(places.length - 1, Math.max(0, index))] ?? [0, 0];
  const curve: [number, number][] = [];
  for (let i = 0; i < places.length - 1; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let step = 0; step < CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      const along = (axis: 0 | 1) =>
        p1[axis] +
        0.5 * t * (p2[axis] - p0[axis]) +
        t * t * (p0[axis] - 2.5 * p1[axis] + 2 * p2[axis] - 0.5 * p3[axis]) +
        t ** 3 * (1.5 * p1[axis] - 0.5 * p0[axis] - 1.5 * p2[axis] + 0.5 * p3[axis]);
      curve.push([along(0), along(1)]);
    }
  }
  const [x, y] = at(places.length - 1);
  return [...curve, [x, y]];
}

const CURVE_STEPS = 6;

export function around(x: number, y: number, reachX: number, reachY = reachX): Box {
  return { left: x - reachX, right: x + reachX, top: y - reachY, bottom: y + reachY };
}
