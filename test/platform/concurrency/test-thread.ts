/** The thread of `worker-thread.test.ts`: does what it is asked for, good or bad. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InterleaveError } from '../../../core/errors.ts';
import { answerQuestions } from '../../../platform/concurrency/worker-thread.ts';

export interface TestData {
  name?: string;
  openMs?: number;
  openFails?: boolean;
  /** counts what was finished, and the ends of the thread */
  counts?: SharedArrayBuffer;
}

export type TestQuestion =
  | 'greet'
  | 'refuse'
  | 'break'
  | 'hang'
  | 'crash'
  | 'exit'
  | 'crash later'
  | 'eat'
  | 'inflate'
  | 'signal'
  | 'environment'
  | 'pid'
  | 'finish'
  | number;

let answered = 0;

const DEEDS: Record<Exclude<TestQuestion, number | 'pid' | 'finish'>, () => unknown> = {
  greet: () => undefined,
  refuse: () => {
    throw new InterleaveError('IMAGE_TOO_LARGE', 'So big.');
  },
  break: () => {
    throw new Error('no code');
  },
  hang: () => {
    for (;;);
  },
  crash: () => new Promise(() => setImmediate(crash)),
  exit: () => process.exit(7),
  'crash later': () => void setTimeout(crash, 50),
  eat: () => {
    const eaten: number[][] = [];
    for (;;) eaten.push(new Array(100_000).fill(eaten.length));
  },
  inflate: () => {
    const inflated: Uint8Array[] = [];
    for (let n = 0; n < 40; n += 1) inflated.push(new Uint8Array(50 * 1024 * 1024).fill(1));
  },
  signal: () => process.kill(process.pid, 'SIGTERM'),
  environment: () => {
    if (Object.keys(process.env).some((name) => name.startsWith('INTERLEAVE_')))
      throw new InterleaveError('INTERNAL', 'It sees what it need not know.');
  },
};

await answerQuestions(async (data: TestData | null) => {
  const { name = '', openMs = 0, openFails = false, counts = new SharedArrayBuffer(8) } = data ?? {};
  const [finished, ended] = [0, 1];
  process.once('exit', () => Atomics.add(new Int32Array(counts), ended, 1));
  await sleep(openMs);
  if (openFails) throw new InterleaveError('MODEL_MISSING', name);
  return async (question: TestQuestion): Promise<string> => {
    answered++;
    if (question === 'pid') return String(process.pid);
    if (question === 'finish') {
      for (const end = performance.now() + 500; performance.now() < end; );
      Atomics.add(new Int32Array(counts), finished, 1);
    } else if (typeof question === 'number') await sleep(question);
    else await DEEDS[question]();
    return `${name} ${answered}: ${question}`;
  };
});

function crash(): never {
  throw new Error('out of the blue\nsecond line');
}
