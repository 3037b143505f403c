import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../harness/until.ts';
import { createLogger } from '../../../platform/process/log.ts';
import { EraseBytes } from '../../../services/joiner/erase-bytes.ts';

test('bytes that come while a case is erased are erased again, and only then it counts as done', async () => {
  const did: string[] = [];
  const ends: (() => void)[] = [];
  const erasing = new EraseBytes({
    objects: {
      eraseCase: () =>
        new Promise((resolve) => {
          did.push('erase');
          ends.push(resolve);
        }),
    },
    erased: { decidedAt: (caseId) => (caseId === 'a' ? 5 : null) },
    cache: {
      markErased: async (caseId, decidedAt) => void did.push(`erased ${caseId} ${decidedAt}`),
      markBytesCame: async (caseId) => void did.push(`came ${caseId}`),
    },
    log: createLogger('test', 'fatal'),
    done: () => undefined,
  });
  erasing.add(['a', 'not decided']);
  await until(() => ends.length === 1);
  await erasing.bytesCame(['a']);
  erasing.add(['a']);
  ends[0]?.();
  await until(() => ends.length === 2);
  assert.deepEqual(did, ['erase', 'came a', 'erase'], 'the first is not noted as done');
  ends[1]?.();
  await until(() => did.length === 4);
  assert.equal(did[3], 'erased a 5');
  await erasing.stop();
});
