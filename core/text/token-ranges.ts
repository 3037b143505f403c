/** Stretches of tokens: how far apart they are, searches in sorted ones, and joining those that touch. */
import type { TokenRange } from './tokens.ts';

/** Words between two stretches; 0 where they touch or overlap. */
export function distance(a: TokenRange, b: TokenRange): number {
  return Math.max(0, b.first - a.last, a.first - b.last);
}

/** Index of the first of the ranges (in order) that ends at or after a token. */
export function firstWithin(ranges: readonly TokenRange[], token: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.last ?? 0) < token) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first value of a sorted list that is greater. */
export function upperBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** For sorting numbers. */
export function ascending(a: number, b: number): number {
  return a - b;
}

/** The ranges in order, those that overlap or touch made one. */
export function merged(ranges: TokenRange[]): TokenRange[] {
  const joined: TokenRange[] = [];
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before !== undefined && range.first <= before.last) before.last = Math.max(before.last, range.last);
    else joined.push({ ...range });
  }
  return joined;
}
