import { InterleaveError } from '../../core/errors.ts';
import {
  evaluateNegation,
  KIT_COLUMNS,
  type NegationEvaluation,
} from '../../evaluation/evaluate-negation.ts';
import { MAX_RESAMPLES } from '../../evaluation/limits.ts';
import { readCsvFile } from '../csv-file.ts';
import { lexiconOf } from '../label/lexicon-option.ts';
import { numberOption, type VerbInput } from '../verb.ts';
import { columns, type EvaluationOutput, range, rate } from './evaluation-output.ts';

/** `interleave evaluate negation`: how sentences mean the condition that stands in them in capitals. */
export async function negationOutput(input: VerbInput): Promise<EvaluationOutput> {
  const kit = input.text('kit');
  if (kit === undefined) throw new InterleaveError('USAGE', 'Name the kit: --kit FILE.csv.');
  const rows = await readCsvFile(kit, KIT_COLUMNS);
  const lexicon = await lexiconOf(input);
  const resamples = numberOption(input, 'resamples', { min: 1, max: MAX_RESAMPLES, integer: true });
  const result = evaluateNegation(rows, { lexicon, ...(resamples !== undefined && { resamples }) });
  return { json: result, lines: linesOf(result) };
}

function linesOf(result: NegationEvaluation): string[] {
  const row = (name: string, { tp, fp, fn, precision, recall, f1 }: NegationEvaluation['negation']) => [
    name,
    ...[tp, fp, fn].map(String),
    ...[precision, recall, f1].map(rate),
  ];
  return [
    `${result.rows} sentences (${result.rows_dev} dev, ${result.rows_test} test half), ${result.without_target} without their condition; uncertain counts as affirmed`,
    '',
    ...columns([
      ['', 'tp', 'fp', 'fn', 'P', 'R', 'F1'],
      row('negated', result.negation),
      row('  dev half', result.negation_dev),
      row('  test half', result.negation_test),
      row('historical', result.temporality),
      row('  dev half', result.temporality_dev),
      row('  test half', result.temporality_test),
      row('not the patient', result.experiencer),
    ]),
    '',
    `negation F1 ${rate(result.negation_f1)} (95 %: ${range(result.negation_f1_ci95)}); accuracy ${rate(result.accuracy.negation)}, all affirmed ${rate(result.baselines.all_affirmed_accuracy)}`,
  ];
}
