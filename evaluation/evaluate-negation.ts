import { assertSpan } from '../core/text/assert-span.ts';
import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import { bootstrap, type Interval, RESAMPLES, SEED } from './bootstrap.ts';
import type { CsvRow } from './csv.ts';
import { type Half, halfOf } from './report-halves.ts';
import { type Counts, type Rates, rates } from './score.ts';
import { targetSpan } from './target-span.ts';

/** The columns of a kit in the form of NegEx's own (`sentence` has the condition in capital letters). */
export const KIT_COLUMNS = ['condition', 'sentence', 'negation'] as const;

/** What `interleave evaluate negation --json` prints. */
export interface NegationEvaluation {
  rows: number;
  rows_dev: number;
  rows_test: number;
  /** rows whose condition does not stand in their sentence: read as affirmed */
  without_target: number;
  bootstrap: { seed: number; resamples: number };
  /** Negated against the rest; uncertain counts as affirmed */
  negation_f1: number;
  negation_f1_ci95: Interval;
  negation_f1_dev: number;
  negation_f1_test: number;
  negation: Rates;
  negation_dev: Rates;
  negation_test: Rates;
  /** Historical against the rest */
  temporality_f1: number;
  temporality: Rates;
  temporality_dev: Rates;
  temporality_test: Rates;
  /** anyone but the patient against the patient */
  experiencer_f1: number;
  experiencer: Rates;
  /** every row affirmed, recent, of the patient: what saying nothing reaches */
  baselines: { all_affirmed_accuracy: number; all_recent_accuracy: number };
  accuracy: { negation: number; temporality: number; experiencer: number };
}

interface Judged {
  half: Half;
  found: boolean;
  negation: Outcome;
  temporality: Outcome;
  experiencer: Outcome;
}

/** Whether a row is positive, and was read as positive. */
interface Outcome {
  gold: boolean;
  read: boolean;
}

/** Reads how every sentence means the condition that stands in it in capitals. */
export function evaluateNegation(
  rows: readonly CsvRow[],
  { lexicon = DEFAULT_LEXICON, resamples = RESAMPLES }: { lexicon?: Lexicon; resamples?: number } = {},
): NegationEvaluation {
  const judged = rows.map((row) => judge(row, lexicon));
  const dev = judged.filter(({ half }) => half === 'dev');
  const test = judged.filter(({ half }) => half === 'test');
  const of = (some: readonly Judged[], what: 'negation' | 'temporality' | 'experiencer') =>
    some.map((row) => row[what]);
  const negation = of(judged, 'negation');
  const [whole, time, person] = [
    rates(counts(negation)),
    rates(counts(of(judged, 'temporality'))),
    rates(counts(of(judged, 'experiencer'))),
  ];
  const [devRates, testRates] = [rates(counts(of(dev, 'negation'))), rates(counts(of(test, 'negation')))];
  return {
    rows: judged.length,
    rows_dev: dev.length,
    rows_test: test.length,
    without_target: judged.filter(({ found }) => !found).length,
    bootstrap: { seed: SEED, resamples },
    negation_f1: whole.f1,
    negation_f1_ci95: bootstrap(negation.length, (drawn) => rates(counts(negation, drawn)).f1, resamples),
    negation_f1_dev: devRates.f1,
    negation_f1_test: testRates.f1,
    negation: whole,
    negation_dev: devRates,
    negation_test: testRates,
    temporality_f1: time.f1,
    temporality: time,
    temporality_dev: rates(counts(of(dev, 'temporality'))),
    temporality_test: rates(counts(of(test, 'temporality'))),
    experiencer_f1: person.f1,
    experiencer: person,
    baselines: {
      all_affirmed_accuracy: share(negation, ({ gold }) => !gold),
      all_recent_accuracy: share(of(judged, 'temporality'), ({ gold }) => !gold),
    },
    accuracy: {
      negation: share(negation, right),
      temporality: share(of(judged, 'temporality'), right),
      experiencer: share(of(judged, 'experiencer'), right),
    },
  };
}

/** The rows of one half that were read otherwise than annotated, with what was read. */
export function negationErrors(
  rows: readonly CsvRow[],
  half: Half,
  lexicon: Lexicon = DEFAULT_LEXICON,
): CsvRow[] {
  return rows.flatMap((row) => {
    const { half: own, negation, temporality } = judge(row, lexicon);
    if (own !== half || (right(negation) && right(temporality))) return [];
    const read = negation.read ? 'Negated' : 'Affirmed';
    return [{ ...row, read_negation: read, read_temporality: temporality.read ? 'Historical' : 'Recent' }];
  });
}

function judge(row: CsvRow, lexicon: Lexicon): Judged {
  const sentence = row['sentence'] ?? '';
  const span = targetSpan(sentence, row['condition'] ?? '');
  const read = span === null ? null : assertSpan(sentence, span.start, span.end, lexicon);
  return {
    half: halfOf(sentence),
    found: span !== null,
    negation: { gold: row['negation'] === 'Negated', read: read?.assertion === 'ABSENT' },
    temporality: { gold: row['temporality'] === 'Historical', read: read?.time === 'HISTORICAL' },
    experiencer: {
      gold: (row['experiencer'] ?? 'Patient') !== 'Patient',
      read: read !== null && read.subject !== 'PATIENT',
    },
  };
}

function counts(outcomes: readonly Outcome[], drawn?: Uint32Array): Counts {
  const all: Counts = { tp: 0, fp: 0, fn: 0 };
  const add = (outcome: Outcome | undefined) => {
    if (outcome === undefined) return;
    if (outcome.gold && outcome.read) all.tp++;
    else if (outcome.read) all.fp++;
    else if (outcome.gold) all.fn++;
  };
  if (drawn === undefined) for (const outcome of outcomes) add(outcome);
  else for (const place of drawn) add(outcomes[place]);
  return all;
}

function right({ gold, read }: Outcome): boolean {
  return gold === read;
}

function share(outcomes: readonly Outcome[], is: (outcome: Outcome) => boolean): number {
  return outcomes.filter(is).length / Math.max(1, outcomes.length);
}
