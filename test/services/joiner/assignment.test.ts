import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import { Assignment } from '../../../services/joiner/assignment.ts';
import type { OwnedPartition } from '../../../services/joiner/owned-partition.ts';

/** An assignment whose takings are played by the test; `said` is what it did, in order. */
function trial(options: { take?: (partition: number) => Promise<void>; pause?: () => void } = {}) {
  const said: string[] = [];
  const failures: unknown[] = [];
  let taken = 0;
  const assignment = new Assignment({
    pause(partition) {
      said.push(`pause ${partition}`);
      options.pause?.();
    },
    resume: (partition) => said.push(`resume ${partition}`),
    async take(partition) {
      said.push(`take ${partition}`);
      await options.take?.(partition);
      const number = ++taken;
      const close = async () => {
        await sleep(5);
        said.push(`close ${number}`);
      };
      return { owned: { close } as unknown as OwnedPartition, positions: new Map() };
    },
    isOurs: () => undefined,
    changed: (assigned, owned) => said.push(`${owned} of ${assigned}`),
    notTaken: (partition) => said.push(`not taken ${partition}`),
    fail: (error) => failures.push(error),
  });
  const settled = (partition: number) => until(() => assignment.get(partition) !== undefined, 5_000);
  return { assignment, said, failures, settled };
}

test('an assigned partition is paused at once, taken, and then resumed', async () => {
  const { assignment, said, settled } = trial();
  assignment.assign([3]);
  assert.deepEqual(said, ['pause 3', '0 of 1']);
  assert.equal(assignment.get(3), undefined);
  await settled(3);
  assert.deepEqual(said, ['pause 3', '0 of 1', 'take 3', 'resume 3', '1 of 1']);
});

test('a new assignment takes everything again, after the old has ended, and gives up what is gone', async () => {
  const { assignment, said, settled } = trial();
  assignment.assign([1, 2]);
  await settled(1);
  await settled(2);
  said.length = 0;
  assignment.assign([2]);
  assert.equal(assignment.get(1), undefined);
  assert.equal(assignment.get(2), undefined, 'it may have been with another member between');
  await settled(2);
  await assignment.stop();
  assert.ok(said.includes('close 1'));
  assert.ok(said.indexOf('close 2') < said.indexOf('take 2'));
  assert.ok(!said.includes('take 1'));
  assert.equal(said.at(-1), 'close 3');
});

test('a partition that was lost is taken again; losing it twice by one error is losing it once', async () => {
  const { assignment, said, settled } = trial();
  assignment.assign([1]);
  await settled(1);
  const owned = assignment.get(1);
  assert(owned !== undefined);
  assignment.lost(1, owned);
  assignment.lost(1, owned);
  assert.equal(assignment.get(1), undefined);
  await settled(1);
  assert.equal(said.filter((one) => one === 'take 1').length, 2);
});

test('takings of one partition never overlap, and one that comes too late is given up', async () => {
  let under = 0;
  const { assignment, said, settled } = trial({
    take: async () => {
      assert.equal(++under, 1);
      await sleep(20);
      under--;
    },
  });
  assignment.assign([1]);
  await sleep(5);
  assignment.assign([1]);
  await settled(1);
  assert.deepEqual(
    said.filter((one) => !one.startsWith('pause') && !one.includes(' of ')),
    ['take 1', 'close 1', 'take 1', 'resume 1'],
  );
});

test('what passes is tried again; what does not ends the process', async () => {
  let attempts = 0;
  const passing = trial({
    take: async () => {
      if (++attempts < 3) throw new InterleaveError('KAFKA_UNAVAILABLE');
    },
  });
  passing.assignment.assign([1]);
  await passing.settled(1);
  assert.equal(passing.said.filter((one) => one === 'not taken 1').length, 2);
  assert.deepEqual(passing.failures, []);

  const failing = trial({ take: () => Promise.reject(new TypeError('a mistake')) });
  failing.assignment.assign([1]);
  await until(() => failing.failures.length === 1, 5_000);
});

test('stopping waits for a taking under way and lets its partition go', async () => {
  const { assignment, said } = trial({ take: () => sleep(20) });
  assignment.assign([1]);
  await sleep(5);
  await assignment.stop();
  assert.deepEqual(said.slice(-1), ['close 1']);
});

test('a partition that was lost while the consumer is down is taken again all the same', async () => {
  let isDown = false;
  const pause = () => {
    const error = new Error('Consumer group was not initialized, consumer#run must be called first');
    error.name = 'KafkaJSNonRetriableError';
    if (isDown) throw error;
  };
  const { assignment, settled } = trial({ pause });
  assignment.assign([3]);
  await settled(3);
  const owned = assignment.get(3);
  assert.ok(owned !== undefined);
  isDown = true;
  assignment.lost(3, owned);
  assert.equal(assignment.get(3), undefined);
  await settled(3);
  await assignment.stop();
});
