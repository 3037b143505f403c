import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, InterleaveError } from '../../../core/errors.ts';
import { until } from '../../../harness/until.ts';
import { PARENT_CHECK_MS } from '../../../platform/concurrency/worker-process.ts';
import {
  moduleBeside,
  type TimeLimits,
  WorkerThread,
  type WorkerThreadOptions,
} from '../../../platform/concurrency/worker-thread.ts';
import type { TestData, TestQuestion } from './test-thread.ts';

type TestThread = WorkerThread<TestQuestion, string>;

/** More than any answer takes, on a busy machine too. */
const PATIENT: TimeLimits = { answerMs: 60_000 };

test('questions are answered in order, by one thread that has opened what it needs', async (t) => {
  const thread = start(t, { name: 'one' });
  const answers = await Promise.all(
    [30, 1, 'greet' as const].map((question) => thread.ask(question, PATIENT)),
  );
  assert.deepEqual(answers, ['one 1: 30', 'one 2: 1', 'one 3: greet']);
});

test('what the thread reports comes with its own code, and the thread goes on', async (t) => {
  const thread = start(t, {});
  const expected = new InterleaveError('IMAGE_TOO_LARGE', 'So big.');
  const outcomes = await Promise.allSettled([
    thread.ask('refuse', PATIENT),
    thread.ask('refuse', PATIENT),
    thread.ask('break', PATIENT),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason.code, outcome.reason.message] : [],
    ),
    [
      [expected.code, expected.message],
      [expected.code, expected.message],
      ['INTERNAL', 'no code'],
    ],
  );
  assert.equal(await thread.ask('greet', PATIENT), ' 4: greet');
});

const BREAKDOWNS: readonly (readonly [TestQuestion, number, RegExp])[] = [
  ['hang', 300, /It took too long\.$/],
  ['crash', 60_000, /It ended its thread: out of the blue$/],
  ['exit', 60_000, /It ended its thread: exit code 7$/],
  ['eat', 60_000, /It ended its thread: .*memory/],
];

for (const [question, answerMs, reason] of BREAKDOWNS) {
  test(`${question}: a new thread answers the questions that follow, opened from the same data`, async (t) => {
    const thread = start(t, { name: 'same' });
    assert.equal(await thread.ask('greet', PATIENT), 'same 1: greet');
    const broken = thread.ask(question, { answerMs });
    const following = [thread.ask('greet', PATIENT), thread.ask('greet', PATIENT)];
    await failsWith(broken, 'BACKEND_UNAVAILABLE', reason);
    assert.deepEqual(await Promise.all(following), ['same 1: greet', 'same 2: greet']);
  });
}

test('a thread that must end itself finishes what it computes when it is given up, and ends then', async (t) => {
  const counts = new SharedArrayBuffer(8);
  const thread = start(t, { counts }, { endsItself: true });
  await thread.ask('greet', PATIENT);
  await failsWith(thread.ask('finish', { answerMs: 50 }), 'BACKEND_UNAVAILABLE', /too long/);
  assert.equal(await thread.ask('greet', PATIENT), ' 1: greet', 'by a new thread');
  await until(() => new Int32Array(counts)[1] === 1, 10_000, 'the first thread ended');
  assert.deepEqual([...new Int32Array(counts)], [1, 1]);
  const last = thread.ask('finish', PATIENT);
  await sleep(100);
  await thread.stop();
  assert.equal(await last, ' 2: finish');
  assert.deepEqual([...new Int32Array(counts)], [2, 2]);
});

test('a thread that ends between two questions is noticed by neither', async (t) => {
  const thread = start(t, {});
  assert.equal(await thread.ask('crash later', PATIENT), ' 1: crash later');
  await sleep(500);
  assert.equal(await thread.ask('greet', PATIENT), ' 1: greet');
});

test('a module that cannot be loaded gives the failure, with the reason; so does the next question', async (t) => {
  const thread = start(t, {}, { file: moduleBeside(import.meta.url, 'no-such-thread') });
  for (let i = 0; i < 2; i++)
    await failsWith(
      thread.ask('greet', PATIENT),
      'BACKEND_UNAVAILABLE',
      /It ended its thread: .*no-such-thread/,
    );
});

test('what fails while opening comes with its own code; what takes too long is given up', async (t) => {
  const without = start(t, { openFails: true, name: 'Weights.' });
  for (let i = 0; i < 2; i++)
    await failsWith(without.ask('greet', PATIENT), 'MODEL_MISSING', /^The model bundle .* Weights\.$/);
  const slow = start(t, { openMs: 60_000 }, { openMs: 200 });
  await failsWith(slow.ask('greet', PATIENT), 'BACKEND_UNAVAILABLE', /It took too long\.$/);
});

test('who stops waiting does no harm to a thread that is starting', async (t) => {
  const thread = start(t, { openMs: 1_500 });
  const begun = performance.now();
  await failsWith(thread.ask('greet', { answerMs: 1, totalMs: 100 }), 'BACKEND_UNAVAILABLE', /too long/);
  assert.ok(performance.now() - begun < 1_450, 'the start counts into the total');
  // The first question was not asked any more, and the start does not count into the time to answer.
  assert.equal(await thread.ask('greet', { answerMs: 1_200 }), ' 1: greet');
});

test('who stops waiting does no harm to a thread that is computing; a hung one is still given up', async (t) => {
  const thread = start(t, {});
  await thread.ask('greet', PATIENT);
  await failsWith(thread.ask(1_000, { ...PATIENT, totalMs: 50 }), 'BACKEND_UNAVAILABLE', /too long/);
  await failsWith(thread.ask(1, { ...PATIENT, totalMs: 50 }), 'BACKEND_UNAVAILABLE', /too long/);
  assert.equal(await thread.ask('greet', PATIENT), ' 3: greet', 'the second in line was not asked');

  await failsWith(thread.ask('hang', { answerMs: 300, totalMs: 50 }), 'BACKEND_UNAVAILABLE', /too long/);
  assert.equal(await thread.ask('greet', PATIENT), ' 1: greet');
});

test('a stopped thread answers no more, and what waits fails', async (t) => {
  const thread = start(t, {});
  await thread.ask('greet', PATIENT);
  const waiting = [thread.ask('hang', PATIENT), thread.ask('greet', PATIENT)];
  const outcomes = Promise.allSettled(waiting);
  await sleep(50);
  await thread.stop();
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await failsWith(thread.ask('greet', PATIENT), 'BACKEND_UNAVAILABLE', /It was stopped\.$/);
});

const PROCESS: Partial<WorkerThreadOptions> = { maxProcessMb: 512 };

test('a process answers like a thread; what it throws comes with its code', async (t) => {
  const one = start(t, {}, PROCESS);
  assert.deepEqual(await Promise.all([one.ask('greet', PATIENT), one.ask(1, PATIENT)]), [
    ' 1: greet',
    ' 2: 1',
  ]);
  await failsWith(one.ask('refuse', PATIENT), 'IMAGE_TOO_LARGE', /So big\.$/);
  assert.equal(await one.ask('greet', PATIENT), ' 4: greet');
});

for (const [question, answerMs, reason] of [
  ['hang', 300, /It took too long\.$/],
  ['exit', 60_000, /It ended its thread: exit code 7$/],
  ['crash', 60_000, /It ended its thread: exit code 1$/],
  ['eat', 60_000, /It ended its thread: /],
] as const)
  test(`a process, ${question}: a new one answers the questions that follow`, async (t) => {
    const one = start(t, {}, PROCESS);
    assert.equal(await one.ask('greet', PATIENT), ' 1: greet');
    await failsWith(one.ask(question, { answerMs }), 'BACKEND_UNAVAILABLE', reason);
    assert.equal(await one.ask('greet', PATIENT), ' 1: greet');
  });

test('a process gets no more memory than it may have, outside of its heap too', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux limits it');
  const one = start(t, {}, PROCESS);
  await failsWith(one.ask('inflate', PATIENT), 'INTERNAL', /allocation failed/);
  assert.equal(await one.ask('greet', PATIENT), ' 2: greet');
});

test('a process sees nothing of our environment, and does not end where all are told to', async (t) => {
  process.env['INTERLEAVE_TEST_SECRET'] = 'x';
  t.after(() => delete process.env['INTERLEAVE_TEST_SECRET']);
  const one = start(t, {}, PROCESS);
  assert.equal(await one.ask('signal', PATIENT), ' 1: signal');
  assert.equal(await one.ask('environment', PATIENT), ' 2: environment');
});

for (const question of ['greet', 'hang'] as const)
  test(`a process ends with a parent that is killed, also while it does this: ${question}`, async (t) => {
    const loader = ['--import', import.meta.resolve('tsx')];
    const parent = spawn(
      process.execPath,
      [...loader, fileURLToPath(moduleBeside(import.meta.url, 'worker-parent')), question],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    t.after(() => parent.kill('SIGKILL'));
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    t.after(() => isRunning(pid) && process.kill(pid, 'SIGKILL'));
    await sleep(500); // until it has begun
    assert.ok(isRunning(pid));
    parent.kill('SIGKILL');
    await until(() => !isRunning(pid), 20 * PARENT_CHECK_MS);
  });

test('opening ahead: what keeps a thread from opening is told apart from what a question does to it', async (t) => {
  const one = start(t, { name: 'ahead' });
  await one.open();
  assert.equal(await one.ask('greet', { answerMs: 1_000 }), 'ahead 1: greet');
  await failsWith(start(t, { openFails: true }).open(), 'MODEL_MISSING', /model bundle/);
});

/** A process that has ended and that nobody has waited for counts as none. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}

function start(
  t: { after(fn: () => Promise<void>): void },
  workerData: TestData,
  options: Partial<WorkerThreadOptions> = {},
): TestThread {
  const thread: TestThread = new WorkerThread({
    file: moduleBeside(import.meta.url, 'test-thread'),
    failure: 'BACKEND_UNAVAILABLE',
    maxHeapMb: 64,
    openMs: 60_000,
    workerData,
    ...options,
  });
  t.after(() => thread.stop());
  return thread;
}

async function failsWith(work: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof InterleaveError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}
