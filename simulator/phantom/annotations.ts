import type { Raster } from './raster.ts';

/** 5 × 7 letters, a row of bits each. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  A: [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
  H: [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
  L: [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f],
  M: [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
  N: [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
  O: [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
  P: [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10],
  R: [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11],
  T: [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
};

/** Writes letters into the image as lead markers would show; `scale` is the size of a dot in pixels. */
export function paintLetters(
  image: Raster,
  letters: string,
  at: { column: number; row: number },
  scale: number,
  amount: number,
): void {
  for (const [index, letter] of [...letters].entries())
    for (const [line, bits] of (LETTERS[letter] ?? []).entries())
      for (let dot = 0; dot < 5; dot++)
        if ((bits >> (4 - dot)) & 1)
          fill(image, at.column + (index * 6 + dot) * scale, at.row + line * scale, scale, amount);
}

function fill(image: Raster, column: number, row: number, size: number, amount: number): void {
  for (let y = row; y < Math.min(row + size, image.rows); y++)
    for (let x = column; x < Math.min(column + size, image.columns); x++) {
      const index = y * image.columns + x;
      image.values[index] = Math.max(image.values[index] ?? 0, amount);
    }
}
