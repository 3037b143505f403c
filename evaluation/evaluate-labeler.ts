import type { ReportPart } from '../core/radiology/events.ts';
import { labelerVersion } from '../core/text/labeler-version.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import {
  type Difference,
  f1Intervals,
  type Interval,
  pairedDifference,
  RESAMPLES,
  SEED,
} from './bootstrap.ts';
import type { CsvRow } from './csv.ts';
import { goldBits, isGold, type PeerLabels } from './gold.ts';
import { type Half, reportHalf } from './report-halves.ts';
import { columnsAsParts, headedText, joinedText, labelCells, mentionCells } from './report-rows.ts';
import { CLASSES, chanceF1, type LabelCells, presentBits, type Rates, type Scored, score } from './score.ts';

/** What `interleave evaluate labeler --json` prints; rates are from 0 to 1. */
export interface LabelerEvaluation {
  labeler: { generation: number; hash: string };
  reports: number;
  reports_dev: number;
  reports_test: number;
  bootstrap: { seed: number; resamples: number };
  /** findings + impression, uncertain counts as not present */
  micro_f1: number;
  micro_f1_ci95: Interval;
  micro_f1_dev: number;
  micro_f1_dev_ci95: Interval;
  micro_f1_test: number;
  micro_f1_test_ci95: Interval;
  micro_precision: number;
  micro_recall: number;
  macro_f1: number;
  macro_f1_ci95: Interval;
  macro_f1_dev: number;
  macro_f1_test: number;
  /** uncertain counts as present */
  uncertain_present_micro_f1: number;
  /** indication and comparison too, as one text with headings, and as `interleave label` is given them */
  full_report_micro_f1: number;
  full_report_macro_f1: number;
  columns_micro_f1: number;
  baselines: { chance_micro_f1: number; mention_only_micro_f1: number; mention_only_macro_f1: number };
  per_class: Record<string, ClassRates>;
  peers: PeerEvaluation[];
}

export interface ClassRates extends Rates {
  gold_positives: number;
  dev: Rates;
  test: Rates;
}

export interface PeerEvaluation {
  name: string;
  micro_f1: number;
  micro_f1_dev: number;
  micro_f1_test: number;
  macro_f1: number;
  macro_f1_test: number;
  per_class: Record<string, { f1: number; dev_f1: number; test_f1: number }>;
  /** ours minus theirs, micro-F1 */
  difference: Difference;
  difference_dev: Difference;
  difference_test: Difference;
}

/** A class that was read otherwise than coded. */
export interface Disagreement {
  row: CsvRow;
  class: string;
  gold: boolean;
  cell: string;
}

export interface LabelerOptions {
  lexicon?: Lexicon;
  resamples?: number;
  peers?: readonly PeerLabels[];
}

interface ReadRow {
  row: CsvRow;
  half: Half;
  gold: number;
  cells: LabelCells;
}

/** Scores the labeler on every row that has gold. */
export function evaluateLabeler(
  rows: readonly CsvRow[],
  { lexicon = DEFAULT_LEXICON, resamples = RESAMPLES, peers = [] }: LabelerOptions = {},
): LabelerEvaluation {
  const read = readRows(rows, joinedText, lexicon);
  const all = read.map(({ gold, cells }) => ({ gold, read: presentBits(cells) }));
  const [dev, test] = [halfOfAll(read, all, 'dev'), halfOfAll(read, all, 'test')];
  const [whole, devScore, testScore] = [score(all), score(dev), score(test)];
  const full = score(scoredAs(rows, headedText, lexicon));
  const mention = score(
    rows.filter(isGold).map((row) => ({
      gold: goldBits(row),
      read: presentBits(mentionCells(joinedText(row), lexicon)),
    })),
  );
  const intervals = f1Intervals(all, resamples);
  return {
    labeler: labelerVersion(lexicon),
    reports: all.length,
    reports_dev: dev.length,
    reports_test: test.length,
    bootstrap: { seed: SEED, resamples },
    micro_f1: whole.micro.f1,
    micro_f1_ci95: intervals.micro,
    micro_f1_dev: devScore.micro.f1,
    micro_f1_dev_ci95: f1Intervals(dev, resamples).micro,
    micro_f1_test: testScore.micro.f1,
    micro_f1_test_ci95: f1Intervals(test, resamples).micro,
    micro_precision: whole.micro.precision,
    micro_recall: whole.micro.recall,
    macro_f1: whole.macro.f1,
    macro_f1_ci95: intervals.macro,
    macro_f1_dev: devScore.macro.f1,
    macro_f1_test: testScore.macro.f1,
    uncertain_present_micro_f1: score(
      read.map(({ gold, cells }) => ({ gold, read: presentBits(cells, true) })),
    ).micro.f1,
    full_report_micro_f1: full.micro.f1,
    full_report_macro_f1: full.macro.f1,
    columns_micro_f1: score(scoredAs(rows, columnsAsParts, lexicon)).micro.f1,
    baselines: {
      chance_micro_f1: chanceF1(all),
      mention_only_micro_f1: mention.micro.f1,
      mention_only_macro_f1: mention.macro.f1,
    },
    per_class: Object.fromEntries(
      [...whole.perClass].map(([name, rates]) => [
        name,
        {
          ...rates,
          gold_positives: rates.tp + rates.fn,
          dev: ratesOf(devScore.perClass, name),
          test: ratesOf(testScore.perClass, name),
        },
      ]),
    ),
    peers: peers.map((peer) => evaluatePeer(peer, read, all, resamples)),
  };
}

/** Where reading and code differ, of one half only: the other is counted and never looked at. */
export function disagreements(
  rows: readonly CsvRow[],
  half: Half,
  lexicon: Lexicon = DEFAULT_LEXICON,
): Disagreement[] {
  return readRows(rows, joinedText, lexicon)
    .filter((read) => read.half === half)
    .flatMap(({ row, gold, cells }) =>
      CLASSES.flatMap((name, index) => {
        const coded = (gold & (1 << index)) !== 0;
        const cell = cells[index] ?? '';
        return coded === (cell === '1') ? [] : [{ row, class: name, gold: coded, cell }];
      }),
    );
}

function evaluatePeer(
  { name, labels }: PeerLabels,
  read: readonly ReadRow[],
  ours: readonly Scored[],
  resamples: number,
): PeerEvaluation {
  const theirs = read.map(({ row, gold }) => ({
    gold,
    read: presentBits(labels.get(row['report_id'] ?? '') ?? []),
  }));
  const part = (half: Half) => halfOfAll(read, theirs, half);
  const difference = (half: Half) => pairedDifference(halfOfAll(read, ours, half), part(half), resamples);
  const [whole, dev, test] = [score(theirs), score(part('dev')), score(part('test'))];
  return {
    name,
    micro_f1: whole.micro.f1,
    micro_f1_dev: dev.micro.f1,
    micro_f1_test: test.micro.f1,
    macro_f1: whole.macro.f1,
    macro_f1_test: test.macro.f1,
    per_class: Object.fromEntries(
      [...whole.perClass].map(([name, { f1 }]) => [
        name,
        { f1, dev_f1: ratesOf(dev.perClass, name).f1, test_f1: ratesOf(test.perClass, name).f1 },
      ]),
    ),
    difference: pairedDifference(ours, theirs, resamples),
    difference_dev: difference('dev'),
    difference_test: difference('test'),
  };
}

function readRows(
  rows: readonly CsvRow[],
  partsOf: (row: CsvRow) => ReportPart[],
  lexicon: Lexicon,
): ReadRow[] {
  return rows.filter(isGold).map((row) => ({
    row,
    half: reportHalf({ findings: row['findings'] ?? '', impression: row['impression'] ?? '' }),
    gold: goldBits(row),
    cells: labelCells(partsOf(row), lexicon),
  }));
}

function scoredAs(
  rows: readonly CsvRow[],
  partsOf: (row: CsvRow) => ReportPart[],
  lexicon: Lexicon,
): Scored[] {
  return readRows(rows, partsOf, lexicon).map(({ gold, cells }) => ({ gold, read: presentBits(cells) }));
}

function halfOfAll<T>(read: readonly ReadRow[], values: readonly T[], half: Half): T[] {
  return values.filter((_, index) => read[index]?.half === half);
}

function ratesOf(perClass: ReadonlyMap<string, Rates>, name: string): Rates {
  return perClass.get(name) ?? { tp: 0, fp: 0, fn: 0, precision: 0, recall: 0, f1: 0 };
}
