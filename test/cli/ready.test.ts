import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MAX_DEATHS_AT_START } from '../../cli/limits.ts';
import { readiness, untilReady } from '../../cli/up/ready.ts';
import { SupervisedProcess } from '../../infra/process/supervised-process.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interleave-ready-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const service = (script: string) =>
  new SupervisedProcess(
    {
      name: 'labeler',
      command: process.execPath,
      args: ['-e', script],
      logFile: join(folder, 'labeler.log'),
    },
    { say: () => undefined, firstWaitMs: 5, longestWaitMs: 5 },
  );

test('a service that keeps dying is given up, with its last words', async (t) => {
  const dying = service("console.log('no weights'); process.exit(1)");
  t.after(() => dying.stop());
  await assert.rejects(
    untilReady(dying, 9, 60_000, () => false),
    {
      code: 'SERVICE_NOT_READY',
      message: /labeler \(it died \d+ times\); its log is .* and ends: no weights$/,
    },
  );
  assert.ok(dying.restarts >= MAX_DEATHS_AT_START);
});

test('a service that never becomes ready is given up after its time, with what is missing', async () => {
  const health = createServer((_, response) => {
    response.statusCode = 503;
    response.end('{"checks":{"kafka":{"ok":false,"detail":"no broker"},"model":{"ok":true,"detail":""}}}');
  });
  health.listen(0, '127.0.0.1');
  await once(health, 'listening');
  const address = health.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  assert.deepEqual(await readiness(port), { ready: false, missing: 'kafka: no broker' });
  const waiting = service('setInterval(() => {}, 1000)');
  await assert.rejects(
    untilReady(waiting, port, 300, () => false),
    /labeler \(not within 0\.3 s: kafka: no broker\)/,
  );
  await untilReady(waiting, port, 60_000, () => true);
  await waiting.stop();
  health.close();
});
