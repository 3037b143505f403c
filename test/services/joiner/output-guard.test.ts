import assert from 'node:assert/strict';
import test from 'node:test';
import { OutputGuard } from '../../../services/joiner/output-guard.ts';

/** A partition whose end a test moves; what is read of it is noted. */
function trial(end: number) {
  const partition = { high: end };
  const read: [number, number][] = [];
  const guard = new OutputGuard({
    topic: 'cases',
    partition: 0,
    end,
    reader: {
      ends: async () => ({ low: 0, high: partition.high }),
      read: async (_topic, _partition, from, to) => {
        read.push([from, to]);
      },
    },
  });
  const wrote = (...ranges: [number, number][]) =>
    guard.wrote({
      ranges: ranges.map(([first, last]) => ({ first, last })),
      last: ranges.at(-1)?.[1] ?? 0,
    });
  return { guard, partition, read, wrote };
}

test('our own records and the control record behind each transaction are not looked at', async () => {
  const { guard, partition, read, wrote } = trial(5);
  wrote([5, 6]);
  wrote([8, 8], [9, 12]);
  partition.high = 14;
  await guard.untilEnd();
  assert.deepEqual(read, []);
});

test('what is between them or behind them is, once', async () => {
  const { guard, partition, read, wrote } = trial(5);
  wrote([6, 6]);
  wrote([9, 9], [11, 11]);
  await guard.between();
  assert.deepEqual(read.splice(0), [
    [5, 6],
    [7, 9],
    [10, 11],
  ]);
  partition.high = 15;
  await guard.untilEnd();
  await guard.untilEnd();
  assert.deepEqual(read, [[12, 15]]);
});

test('a control record that comes late hides nothing', async () => {
  const { guard, partition, read, wrote } = trial(5);
  wrote([5, 5]);
  partition.high = 7; // a foreign record, and no control record yet
  await guard.untilEnd();
  partition.high = 8;
  await guard.untilEnd();
  assert.deepEqual(read, [[6, 8]]);
});
