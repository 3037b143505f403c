import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VERIFICATION } from '../../../core/dicom/uids.ts';
import { DimseService } from '../../../services/dicom-gateway/dimse-service.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('pieces of a command without a byte take no memory, however many come', async () => {
  const unused = () => assert.fail('nothing was asked for');
  const contexts = new Map([[1, { abstractSyntax: VERIFICATION, transferSyntax: '' }]]);
  const association = { callingAeTitle: 'A', calledAeTitle: 'B', contexts, peerMaxLength: 0 };
  const service = new DimseService({ association, send: unused, store: unused, discard: unused });
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 200_000; n++)
    await service.fragment({ contextId: 1, kind: 'command', last: false, bytes: Buffer.alloc(0) });
  collectGarbage();
  assert.ok(process.memoryUsage().heapUsed - before < 5_000_000, 'what came is kept');
  assert.ok(service.idle);
});
