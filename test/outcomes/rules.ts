import type { Outcome } from './outcome.ts';

/** Why an outcome is what it is; ids with an S are what a reader may not expect. */
export interface Rule {
  id: string;
  why: string;
  holds(outcome: Outcome): boolean;
}

/** The ids of the rules that explain an outcome. */
export function whyOf(outcome: Outcome, rules: readonly Rule[]): string[] {
  return rules.filter((rule) => rule.holds(outcome)).map((rule) => rule.id);
}

/** How often something stands in a cell, counts (`×3`) included. */
export function countOf(cell: string): number {
  if (cell === '') return 0;
  return cell.split('; ').reduce((sum, item) => sum + Number(/ ×(\d+)$/.exec(item)?.[1] ?? 1), 0);
}
