import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inOrder } from '../../../../services/search/dicomweb/in-order.ts';

test('answers come in the order of their inputs, and no more are under way than may be', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(5), { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      async (waits, atOnce) => {
        let underWay = 0;
        const work = async (turns: number) => {
          underWay += 1;
          assert.ok(underWay <= atOnce);
          for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
          underWay -= 1;
          return turns;
        };
        const answers: number[] = [];
        for await (const answer of inOrder(waits, atOnce, work)) answers.push(answer);
        assert.deepEqual(answers, waits);
      },
    ),
  );
});

test('one that fails fails when its turn comes', async () => {
  const answers: number[] = [];
  await assert.rejects(async () => {
    const work = async (input: number) => {
      if (input === 2) throw new Error('second');
      return input;
    };
    for await (const answer of inOrder([1, 2, 3], 2, work)) answers.push(answer);
  }, /second/);
  assert.deepEqual(answers, [1]);
});
