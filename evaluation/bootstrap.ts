import { PythonRandom } from './python-random.ts';
import { type Scored, score } from './score.ts';

/** The seed and the number of resamples of all published intervals. */
export const SEED = 20_151_118;
export const RESAMPLES = 1_000;

/** The 2.5th and the 97.5th percentile. */
export type Interval = readonly [low: number, high: number];

/** Calls `measure` with resamples of the places 0 to n - 1 (drawn with replacement) and gives the 95 % interval. */
export function bootstrap(
  n: number,
  measure: (drawn: Uint32Array) => number,
  resamples = RESAMPLES,
): Interval {
  return interval(resampled(n, measure, resamples));
}

/** 95 % intervals of micro- and macro-F1 over resampled reports. */
export function f1Intervals(
  reports: readonly Scored[],
  resamples = RESAMPLES,
): { micro: Interval; macro: Interval } {
  const macros: number[] = [];
  const scored = positiveBits(reports);
  const masked = reports.map(({ gold, read }) => ({ gold, read: read & scored }));
  const micros = resampled(
    reports.length,
    (drawn) => {
      const { micro, macro } = scoreDrawn(masked, drawn);
      macros.push(macro);
      return micro;
    },
    resamples,
  );
  return { micro: interval(micros), macro: interval(macros) };
}

export interface Difference {
  /** ours minus theirs */
  value: number;
  ci95: Interval;
  /** share of the resamples in which ours is not better */
  notBetter: number;
}

/** The difference of micro-F1 between two readings of the same reports, both drawn alike in every resample. */
export function pairedDifference(
  ours: readonly Scored[],
  theirs: readonly Scored[],
  resamples = RESAMPLES,
): Difference {
  const scored = positiveBits(ours);
  const [a, b] = [ours, theirs].map((reports) =>
    reports.map(({ gold, read }) => ({ gold, read: read & scored })),
  ) as [Scored[], Scored[]];
  const differences = resampled(
    ours.length,
    (drawn) => scoreDrawn(a, drawn).micro - scoreDrawn(b, drawn).micro,
    resamples,
  );
  return {
    value: score(ours).micro.f1 - score(theirs).micro.f1,
    ci95: interval(differences),
    notBetter: differences.filter((difference) => difference <= 0).length / Math.max(1, differences.length),
  };
}

function resampled(n: number, measure: (drawn: Uint32Array) => number, resamples: number): number[] {
  const random = new PythonRandom(SEED);
  const drawn = new Uint32Array(n);
  return Array.from({ length: resamples }, () => {
    for (let i = 0; i < n; i++) drawn[i] = random.below(n);
    return measure(drawn);
  });
}

function interval(values: number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[Math.max(0, index)] ?? Number.NaN;
  return [at(Math.floor(0.025 * sorted.length)), at(Math.floor(0.975 * sorted.length) - 1)];
}

/** The classes with a positive in the whole set: others would only be false alarms by convention. */
function positiveBits(reports: readonly Scored[]): number {
  return reports.reduce((bits, { gold }) => bits | gold, 0);
}

/** Micro- and macro-F1 of the drawn reports; as `score`, without its tables. */
function scoreDrawn(reports: readonly Scored[], drawn: Uint32Array): { micro: number; macro: number } {
  const [tp, fp, fn] = [new Uint32Array(32), new Uint32Array(32), new Uint32Array(32)];
  for (const place of drawn) {
    const { gold, read } = reports[place] ?? { gold: 0, read: 0 };
    addBits(tp, gold & read);
    addBits(fp, read & ~gold);
    addBits(fn, gold & ~read);
  }
  let [TP, FP, FN, sum, classes] = [0, 0, 0, 0, 0];
  for (let c = 0; c < 32; c++) {
    const [t, p, n] = [tp[c] ?? 0, fp[c] ?? 0, fn[c] ?? 0];
    [TP, FP, FN] = [TP + t, FP + p, FN + n];
    if (t + n === 0) continue;
    classes++;
    sum += f1(t, p, n);
  }
  return { micro: f1(TP, FP, FN), macro: classes === 0 ? 0 : sum / classes };
}

function addBits(counts: Uint32Array, bits: number): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const index = 31 - Math.clz32(rest & -rest);
    counts[index] = (counts[index] ?? 0) + 1;
  }
}

function f1(tp: number, fp: number, fn: number): number {
  return tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn);
}
