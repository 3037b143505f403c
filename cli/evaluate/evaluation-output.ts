/** What an evaluation prints: one object for programs, lines for people. */
export interface EvaluationOutput {
  json: unknown;
  lines: readonly string[];
}

/** A rate as people read it: .921 */
export function rate(value: number): string {
  return value === 1 ? '1.000' : value.toFixed(3).replace(/^(-?)0\./, '$1.');
}

export function range([low, high]: readonly [number, number]): string {
  return `${rate(low)} to ${rate(high)}`;
}

/** Rows of cells in columns: the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
