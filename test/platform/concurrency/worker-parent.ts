/** A parent of a process that answers questions: says who that is, has it hang, and waits to be killed. */
import { moduleBeside, WorkerThread } from '../../../platform/concurrency/worker-thread.ts';
import type { TestQuestion } from './test-thread.ts';

const one = new WorkerThread<TestQuestion, string>({
  file: moduleBeside(import.meta.url, 'test-thread'),
  failure: 'BACKEND_UNAVAILABLE',
  maxHeapMb: 64,
  maxProcessMb: 512,
  openMs: 60_000,
});
const [question = 'greet'] = process.argv.slice(2) as TestQuestion[];
await one.open();
console.log(await one.ask('pid', { answerMs: 60_000 }));
void one.ask(question, { answerMs: 600_000 });
setInterval(() => undefined, 60_000);
