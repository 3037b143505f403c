/** The value below which the share `p` of the values lies (nearest rank); NaN where there are none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value, of an even number the lower one: a run that was disturbed does not count. NaN where there are none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
