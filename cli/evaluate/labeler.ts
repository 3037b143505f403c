import { writeFile } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import { csvLine } from '../../evaluation/csv.ts';
import {
  type Disagreement,
  disagreements,
  evaluateLabeler,
  type LabelerEvaluation,
} from '../../evaluation/evaluate-labeler.ts';
import { GOLD_COLUMNS, isGold, peerLabels } from '../../evaluation/gold.ts';
import { MAX_RESAMPLES } from '../../evaluation/limits.ts';
import { TEXT_COLUMNS } from '../../evaluation/report-rows.ts';
import { readCsvFile } from '../csv-file.ts';
import { lexiconOf } from '../label/lexicon-option.ts';
import { numberOption, type VerbInput } from '../verb.ts';
import { columns, type EvaluationOutput, range, rate } from './evaluation-output.ts';

/** `interleave evaluate labeler`: the 14 classes against coders, beside other programs' labels of the same reports. */
export async function labelerOutput(input: VerbInput): Promise<EvaluationOutput> {
  const gold = input.text('gold');
  if (gold === undefined) throw new InterleaveError('USAGE', 'Name the table with gold: --gold IN.csv.');
  const rows = await readCsvFile(gold, ['report_id', ...TEXT_COLUMNS, ...GOLD_COLUMNS]);
  if (!rows.some(isGold))
    throw new InterleaveError('TABLE_UNREADABLE', `No row of ${gold} has gold (has_gold = 1).`);
  const lexicon = await lexiconOf(input);
  const peers = [];
  for (const file of input.texts('peer'))
    peers.push(peerLabels(file, await readCsvFile(file, ['report_id'])));
  const resamples = numberOption(input, 'resamples', { min: 1, max: MAX_RESAMPLES, integer: true });
  const result = evaluateLabeler(rows, { lexicon, peers, ...(resamples !== undefined && { resamples }) });
  const file = input.text('disagreements');
  if (file !== undefined) await writeDisagreements(file, disagreements(rows, 'dev', lexicon));
  return { json: result, lines: linesOf(result) };
}

function linesOf(result: LabelerEvaluation): string[] {
  const { baselines } = result;
  return [
    `${result.reports} reports with gold (${result.reports_dev} dev, ${result.reports_test} test half); labeler ${result.labeler.hash.slice(0, 12)}`,
    `intervals: 95 %, ${result.bootstrap.resamples} bootstrap resamples of reports, seed ${result.bootstrap.seed}`,
    '',
    ...columns([
      ['micro-F1', rate(result.micro_f1), range(result.micro_f1_ci95)],
      ['  dev half', rate(result.micro_f1_dev), range(result.micro_f1_dev_ci95)],
      ['  test half', rate(result.micro_f1_test), range(result.micro_f1_test_ci95)],
      ['macro-F1', rate(result.macro_f1), range(result.macro_f1_ci95)],
      ['  dev half', rate(result.macro_f1_dev)],
      ['  test half', rate(result.macro_f1_test)],
      ['full report, micro-F1', rate(result.full_report_micro_f1)],
      ['columns as sections, micro-F1', rate(result.columns_micro_f1)],
      ['uncertain as present, micro-F1', rate(result.uncertain_present_micro_f1)],
      ['baseline: guessing by frequency', rate(baselines.chance_micro_f1)],
      ['baseline: any mention', rate(baselines.mention_only_micro_f1)],
    ]),
    '',
    ...columns([
      ['class', 'gold', 'tp', 'fp', 'fn', 'P', 'R', 'F1', 'F1 dev', 'F1 test'],
      ...Object.entries(result.per_class).map(([name, it]) => [
        name,
        ...[it.gold_positives, it.tp, it.fp, it.fn].map(String),
        ...[it.precision, it.recall, it.f1, it.dev.f1, it.test.f1].map(rate),
      ]),
    ]),
    ...result.peers.flatMap((peer) => [
      '',
      `${peer.name}: micro-F1 ${rate(peer.micro_f1)} (dev ${rate(peer.micro_f1_dev)}, test ${rate(peer.micro_f1_test)}), macro-F1 ${rate(peer.macro_f1)}`,
      ...columns(
        [
          ['  ours minus theirs', peer.difference] as const,
          ['  dev half', peer.difference_dev] as const,
          ['  test half', peer.difference_test] as const,
        ].map(([name, { value, ci95, notBetter }]) => [
          name,
          rate(value),
          range(ci95),
          `not better in ${(notBetter * 100).toFixed(1)} % of the resamples`,
        ]),
      ),
    ]),
  ];
}

/** For reading them: holds report text, and only of the half that rules are written on. */
async function writeDisagreements(file: string, found: readonly Disagreement[]): Promise<void> {
  const lines = found.map(({ row, class: name, gold, cell }) =>
    csvLine([
      row['report_id'] ?? '',
      name,
      gold ? '1' : '0',
      cell,
      row['findings'] ?? '',
      row['impression'] ?? '',
    ]),
  );
  const header = csvLine(['report_id', 'class', 'gold', 'read', 'findings', 'impression']);
  await writeFile(file, header + lines.join('')).catch((cause: unknown) => {
    throw new InterleaveError('FILE_UNWRITABLE', `${file}.`, { cause });
  });
}
