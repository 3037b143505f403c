import { CXR14 } from '../core/site-lexicon/concepts.ts';

/** The 14 columns of ChestX-ray14, in the order of that data set. */
export const CLASSES: readonly string[] = CXR14.map(({ column }) => column);

/** A cell of a table of labels: present, absent, uncertain, not mentioned. */
export type LabelCell = '1' | '0' | '-1' | '';

/** Labels of one report in the order of `CLASSES`. */
export type LabelCells = readonly LabelCell[];

/** How many reports of a class are rightly positive, wrongly positive, wrongly negative. */
export interface Counts {
  tp: number;
  fp: number;
  fn: number;
}

export interface Rates extends Counts {
  precision: number;
  recall: number;
  f1: number;
}

/** A report with what it is and what was read, one bit for each class of `CLASSES`. */
export interface Scored {
  /** bits of the classes that are truly there */
  gold: number;
  /** bits of the classes that were read as present */
  read: number;
}

export interface Score {
  reports: number;
  micro: Rates;
  /** plain means over the classes that have a positive */
  macro: { precision: number; recall: number; f1: number };
  perClass: ReadonlyMap<string, Rates>;
}

/**
 * Scores reports. A class without one positive in the gold is left out of both averages; a rate with nothing to divide
 * by is 0 (as the scorer of the baselines in `docs/labeler.md` has it).
 */
export function score(reports: readonly Scored[]): Score {
  const counts = CLASSES.map((): Counts => ({ tp: 0, fp: 0, fn: 0 }));
  for (const { gold, read } of reports)
    counts.forEach((count, index) => {
      const bit = 1 << index;
      if (read & bit && gold & bit) count.tp++;
      else if (read & bit) count.fp++;
      else if (gold & bit) count.fn++;
    });
  const perClass = new Map(CLASSES.map((name, index) => [name, rates(counts[index] ?? NOTHING)]));
  const scored = [...perClass.values()].filter(({ tp, fn }) => tp + fn > 0);
  return { reports: reports.length, micro: rates(sum(scored)), macro: mean(scored), perClass };
}

/** The bits of the classes that count as present. `uncertain`: whether -1 does. */
export function presentBits(cells: LabelCells, uncertain = false): number {
  let bits = 0;
  cells.forEach((cell, index) => {
    if (cell === '1' || (uncertain && cell === '-1')) bits |= 1 << index;
  });
  return bits;
}

export function rates({ tp, fp, fn }: Counts): Rates {
  const precision = ratio(tp, tp + fp);
  const recall = ratio(tp, tp + fn);
  return { tp, fp, fn, precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
}

/** F1 that guessing would reach which says each class as often as the gold has it. */
export function chanceF1(reports: readonly Scored[]): number {
  const shares = CLASSES.map((_, index) => {
    const positive = reports.filter(({ gold }) => (gold & (1 << index)) !== 0).length;
    return ratio(positive, reports.length);
  });
  return ratio(
    shares.reduce((total, share) => total + share * share, 0),
    shares.reduce((total, share) => total + share, 0),
  );
}

const NOTHING: Counts = { tp: 0, fp: 0, fn: 0 };

function sum(all: readonly Counts[]): Counts {
  return all.reduce((a, b) => ({ tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn }), NOTHING);
}

function mean(all: readonly Rates[]): Score['macro'] {
  const of = (key: 'precision' | 'recall' | 'f1') =>
    ratio(
      all.reduce((total, one) => total + one[key], 0),
      all.length,
    );
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
