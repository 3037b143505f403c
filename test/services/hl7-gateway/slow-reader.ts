/** Stands in for the reader of documents: answers with their bytes as text, after the time that they ask for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerQuestions } from '../../../platform/concurrency/worker-thread.ts';
import type { DocumentQuestion } from '../../../services/hl7-gateway/document-process.ts';

await answerQuestions(() => async ({ contents }: DocumentQuestion) => {
  const [content] = contents;
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  if (text === 'hang') for (;;);
  const [, ms = '0'] = /^sleep (\d+)$/.exec(text) ?? [];
  await sleep(Number(ms));
  return [{ section: null, text }];
});
