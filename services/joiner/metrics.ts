import type { Metrics } from '../../platform/process/metrics.ts';

/** What the joiner counts; `README.md` lists it for operators. */
export function joinerMetrics(metrics: Metrics) {
  return {
    written: metrics.counter('interleave_joiner_cases_written_total', 'Case states written'),
    merged: metrics.counter('interleave_joiner_events_merged_total', 'Events merged', ['topic']),
    unchanged: metrics.counter(
      'interleave_joiner_batches_unchanged_total',
      'Transactions that changed no case: repeats',
    ),
    replaced: metrics.counter(
      'interleave_joiner_objects_replaced_total',
      'DICOM objects that came again with other bytes',
    ),
    refused: metrics.counter('interleave_joiner_records_refused_total', 'Records put into dead letters', [
      'code',
    ]),
    foreign: metrics.counter(
      'interleave_joiner_foreign_records_total',
      'Records of radiology.case that no joiner wrote',
      ['code'],
    ),
    erased: metrics.counter('interleave_joiner_cases_erased_total', 'Cases whose bytes were erased'),
    dropped: metrics.counter(
      'interleave_joiner_records_erased_total',
      'Records dropped because what they hold was erased',
      ['topic'],
    ),
    failed: metrics.counter('interleave_joiner_partitions_lost_total', 'Partitions to be taken again', [
      'code',
    ]),
    restored: metrics.counter(
      'interleave_joiner_records_restored_total',
      'Case records read while taking partitions',
    ),
    owned: metrics.gauge('interleave_joiner_partitions_owned', 'Partitions that are taken'),
    takeSeconds: metrics.histogram(
      'interleave_joiner_take_seconds',
      'From the begin of a taking until the partition is ours, restoring included',
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    ),
    transactionSeconds: metrics.histogram(
      'interleave_joiner_transaction_seconds',
      'One transaction: merge, write, commit, cache',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    ),
    waitSeconds: metrics.histogram(
      'interleave_joiner_wait_seconds',
      'From the time of an input record until its case is committed',
      [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    ),
  };
}

export type JoinerMetrics = ReturnType<typeof joinerMetrics>;
