import assert from 'node:assert/strict';
import test from 'node:test';
import type { EachBatchPayload } from 'kafkajs';
import { InterleaveError } from '../../../core/errors.ts';
import { testContext } from '../../../harness/service-context.ts';
import type { ConsumedRecord } from '../../../platform/kafka/consumer.ts';
import type { Assignment } from '../../../services/joiner/assignment.ts';
import { handleBatch, lose } from '../../../services/joiner/handle-batch.ts';
import { MAX_TRANSACTION_RECORDS } from '../../../services/joiner/limits.ts';
import { joinerMetrics } from '../../../services/joiner/metrics.ts';
import type { OwnedPartition } from '../../../services/joiner/owned-partition.ts';

function trial(
  submit: (from: number, records: number) => Promise<void>,
  owns = true,
  waiting: (record: ConsumedRecord) => boolean = () => false,
) {
  const context = testContext('joiner');
  const lost: number[] = [];
  const resolved: number[] = [];
  const held: [id: number, offset: number][] = [];
  const owned = {
    submit: (_: string, from: number, records: readonly ConsumedRecord[]) => submit(from, records.length),
  } as unknown as OwnedPartition;
  const assignment = {
    get: () => (owns ? owned : undefined),
    lost: (partition: number) => lost.push(partition),
  } as unknown as Assignment;
  const handle = (count: number, more: Partial<EachBatchPayload> = {}) => {
    const messages = Array.from({ length: count }, (_, i) => ({
      offset: String(100 + i),
      timestamp: '0',
      value: null,
    }));
    const payload = {
      batch: { topic: 'reports', partition: 5, messages, fetchedOffset: '99' },
      heartbeat: () => Promise.resolve(),
      resolveOffset: (offset: string) => resolved.push(Number(offset)),
      isStale: () => false,
      isRunning: () => true,
      ...more,
    } as unknown as EachBatchPayload;
    const { log, fail } = context;
    return handleBatch(payload, {
      assignment,
      schemas: {
        split: (records) => {
          const at = records.findIndex((record) => waiting(record as unknown as ConsumedRecord));
          const record = records[at];
          return record === undefined
            ? { known: [...records], waiting: null }
            : { known: records.slice(0, at), waiting: { id: 9001, record } };
        },
      },
      held: { hold: (id, { offset }) => held.push([id, offset]) },
      lose: (partition, one, error) =>
        lose(partition, one, error, { assignment, metrics: joinerMetrics(context.metrics), log, fail }),
    });
  };
  return { handle, lost, resolved, held, failures: context.failures };
}

test('MAX_TRANSACTION_RECORDS: a large fetch is handed over in steps, each resolved when it is committed', async () => {
  const steps: [number, number][] = [];
  const { handle, resolved } = trial(async (from, records) => {
    steps.push([from, records]);
  });
  await handle(MAX_TRANSACTION_RECORDS + 3);
  assert.deepEqual(steps, [
    [99, MAX_TRANSACTION_RECORDS],
    [100 + MAX_TRANSACTION_RECORDS, 3],
  ]);
  assert.deepEqual(resolved, [99 + MAX_TRANSACTION_RECORDS, 102 + MAX_TRANSACTION_RECORDS]);
});

test('what is fetched of a partition that is not ours is let go', async () => {
  const { handle, resolved, lost } = trial(() => assert.fail(), false);
  await handle(2);
  assert.deepEqual([resolved, lost], [[], []]);
});

test('what was fetched before a seek, or after the consumer stopped, is let go', async () => {
  const { handle, resolved } = trial(() => assert.fail());
  await handle(2, { isStale: () => true });
  await handle(2, { isRunning: () => false });
  assert.deepEqual(resolved, []);
});

test('an error that passes loses the partition, one that does not ends the process; neither moves on', async () => {
  const passing = trial(() => Promise.reject(new InterleaveError('PRODUCER_FENCED')));
  await passing.handle(1);
  assert.deepEqual([passing.lost, passing.resolved, passing.failures], [[5], [], []]);
  const failing = trial(() => Promise.reject(new TypeError('a mistake')));
  await failing.handle(1);
  assert.deepEqual([failing.lost, failing.resolved], [[], []]);
  assert.equal(failing.failures.length, 1);
});

test('what follows a record whose schema is not known is not handed over', async () => {
  const steps: [number, number][] = [];
  const submit = async (from: number, records: number) => {
    steps.push([from, records]);
  };
  const { handle, resolved, held } = trial(submit, true, ({ offset }) => offset === 102);
  await handle(5);
  assert.deepEqual([steps, resolved, held], [[[99, 2]], [101], [[9001, 102]]]);
  const first = trial(submit, true, ({ offset }) => offset === 100);
  await first.handle(5);
  assert.deepEqual([first.resolved, first.held], [[], [[9001, 100]]]);
});
