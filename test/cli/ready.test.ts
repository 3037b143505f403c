import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_DEATHS_AT_START, NOT_READY_TOLD_MS, READY_POLL_MS } from '../../cli/limits.ts';
import { readiness, untilReady } from '../../cli/up/ready.ts';
import { watchReady } from '../../cli/up/watch-ready.ts';
import { whyEnded, whyFatal } from '../../cli/up/why-ended.ts';
import { until } from '../../harness/until.ts';
import { SupervisedProcess } from '../../infra/process/supervised-process.ts';
import { EXIT_FINAL } from '../../platform/process/exit-codes.ts';

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
    {
      say: () => undefined,
      isFinal: ({ code }) => code === EXIT_FINAL,
      firstWaitMs: 5,
      longestWaitMs: 5,
    },
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

test('a service that cannot run is not started again: one sentence says why, and what to do', async (t) => {
  const line = {
    level: 'fatal',
    code: 'MODEL_MISSING',
    err: { message: 'The model weights are not there. /models/x: not found' },
    msg: 'service.failed',
  };
  const script = `console.log(${JSON.stringify(JSON.stringify(line))}); process.exit(${EXIT_FINAL})`;
  const missing = service(script);
  t.after(() => missing.stop());
  await assert.rejects(
    untilReady(missing, 9, 60_000, () => false),
    {
      code: 'SERVICE_NOT_READY',
      message:
        /labeler cannot run: The model weights are not there\. \/models\/x: not found: run `npm start`.* \(MODEL_MISSING\); its log is/,
    },
  );
  assert.equal(missing.restarts, 0);
});

test('why a service ended: its last fatal line, or its last words', () => {
  const fatal = JSON.stringify({ level: 'fatal', code: 'TOPIC_MISMATCH', err: { message: 'x has 8.' } });
  assert.equal(whyEnded(['{"level":"info"}', fatal, 'a word']), 'x has 8. (TOPIC_MISMATCH)');
  assert.equal(whyEnded(['Segmentation fault']), 'Segmentation fault');
  assert.equal(whyEnded(['{"level":"fatal"}']), '{"level":"fatal"}');
  assert.equal(whyEnded([]), '(nothing)');
  assert.equal(whyFatal(['{"level":"info"}', fatal]), 'x has 8. (TOPIC_MISMATCH)');
  assert.equal(whyFatal(['Segmentation fault']), '');
});

test('a part that is not ready for long is told once, and when it is ready again', async (t) => {
  let answer = '';
  const health = createServer((_, response) => {
    // A part that hangs takes the connection and says nothing.
    if (answer === 'hangs') return;
    response.statusCode = answer === '' ? 200 : 503;
    response.end(JSON.stringify({ checks: { kafka: { ok: answer === '', detail: answer } } }));
  });
  health.listen(0, '127.0.0.1');
  await once(health, 'listening');
  const address = health.address();
  const healthPort = address !== null && typeof address === 'object' ? address.port : 0;
  const said: string[] = [];
  const watch = watchReady(
    [{ name: 'labeler', healthPort, logFile: 'labeler.log', endedForGood: () => false }],
    (line) => said.push(line),
    { pollMs: 10, toldMs: 100 },
  );
  t.after(() => {
    watch.stop();
    health.closeAllConnections();
    health.close();
  });
  await sleep(200);
  assert.deepEqual(said, []);
  answer = 'no broker';
  await until(() => said.length === 1, 10_000, 'told');
  assert.match(
    said[0] ?? '',
    /^! labeler has not been ready for \d+ s: kafka: no broker \(its log: labeler\.log\)$/,
  );
  answer = '';
  await until(() => said.length === 2, 10_000, 'told that it is ready again');
  assert.match(said[1] ?? '', /^✓ labeler is ready again after \d+ s$/);
  answer = 'hangs';
  await until(() => said.length === 3, 20_000, 'told that it hangs');
  assert.match(said[2] ?? '', /it does not answer/);
});

test('a part that is slow for a moment is not worth a line', () => {
  assert.ok(NOT_READY_TOLD_MS > 2 * READY_POLL_MS);
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

test('a log that went back is not waited for: the start is given up with what to do', async (t) => {
  const server = createServer((_, response) => {
    const detail = 'LOG_WENT_BACK in partition 1: stop the system and run `npx interleave recover`';
    response.writeHead(503).end(JSON.stringify({ checks: { log: { ok: false, detail } } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const joiner = service('setInterval(() => undefined, 1000)');
  t.after(async () => {
    server.close();
    await joiner.stop();
  });
  assert.ok(address !== null && typeof address === 'object');
  await assert.rejects(
    untilReady(joiner, address.port, 60_000, () => false),
    {
      code: 'LOG_WENT_BACK',
      message: /interleave recover/,
    },
  );
});
