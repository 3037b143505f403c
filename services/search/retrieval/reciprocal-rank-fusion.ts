/** One ranking, the best first. */
export interface Leg<L extends string> {
  leg: L;
  weight: number;
  entries: readonly { id: string; score: number }[];
}

export interface Fused<L extends string> {
  id: string;
  score: number;
  /** where each leg has it; ranks count from 1 */
  legs: { leg: L; rank: number; score: number }[];
}

/** Softens the difference between the first ranks (Cormack, Clarke, Büttcher, SIGIR 2009). */
export const RANK_CONSTANT = 60;

/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): the score of a case is the sum over the legs of
 * weight / (60 + rank); a leg of weight 0 is left out. Scores of different legs are never compared, only their ranks. Entries of a leg with the same
 * score share the best rank among them, so that an order which means nothing adds nothing. Ties of the sum fall to the
 * better single rank, then to the order in which the legs name the cases.
 */
export function fuse<L extends string>(legs: readonly Leg<L>[]): Fused<L>[] {
  const fused = new Map<string, Fused<L>>();
  for (const { leg, weight, entries } of legs) {
    if (weight === 0) continue;
    const seen = new Set<string>();
    let rank = 0;
    let previous = Number.NaN;
    entries.forEach(({ id, score }, position) => {
      if (score !== previous) rank = position + 1;
      previous = score;
      if (seen.has(id)) return;
      seen.add(id);
      const hit = fused.get(id) ?? { id, score: 0, legs: [] };
      hit.score += weight / (RANK_CONSTANT + rank);
      hit.legs.push({ leg, rank, score });
      fused.set(id, hit);
    });
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || bestRank(a) - bestRank(b));
}

/** Whether one leg alone has it. */
export function isOnlyOf<L extends string>(leg: L, legs: Fused<L>['legs']): boolean {
  return legs.every((one) => one.leg === leg);
}

function bestRank(hit: Fused<string>): number {
  return Math.min(...hit.legs.map(({ rank }) => rank));
}
