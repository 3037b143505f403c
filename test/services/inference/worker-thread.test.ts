import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { WorkerThread } from '../../../services/inference/worker-thread.ts';

test('what the thread reports comes with its own code, and the thread goes on', async () => {
  const thread = new WorkerThread<Uint8Array, unknown>('decode-thread', 'BACKEND_UNAVAILABLE');
  const asked = await Promise.allSettled([1, 2].map(() => thread.ask(Buffer.from('no DICOM'), 20_000)));
  for (const outcome of asked) {
    assert.equal(outcome.status, 'rejected');
    const expected = new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'There is no file meta information.');
    assert.deepEqual([outcome.reason.code, outcome.reason.message], [expected.code, expected.message]);
  }
  await thread.stop();
});

test('a thread that ends gives its failure, with the reason; so does the next one', async () => {
  const thread = new WorkerThread<string, unknown>('no-such-thread', 'BACKEND_UNAVAILABLE');
  for (let i = 0; i < 2; i++)
    await assert.rejects(thread.ask('?', 20_000), (error) => {
      assert.ok(error instanceof InterleaveError);
      assert.equal(error.code, 'BACKEND_UNAVAILABLE');
      assert.match(error.message, /It ended its thread: .*no-such-thread/);
      return true;
    });
});
