/** Nothing is acknowledged while Kafka is away: a broker of the test's own is killed and comes back. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { until } from '../../../harness/until.ts';
import { startEngine } from '../../../infra/embedded/engine.ts';
import { prepareEngines } from '../../../infra/embedded/start-engines.ts';
import { readEvents, runningGateway } from './running-gateway.ts';
import { connect } from './test-gateway.ts';
import { image } from './test-objects.ts';

it('a killed broker gives A700, and 0000 again when it is back', { timeout: 180_000 }, async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'interleave-kafka-away-'));
  const engine = await prepareEngines({ dataDir });
  let kafka = await startEngine(engine.kafka);
  t.after(async () => {
    await kafka.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const gateway = await runningGateway(t, [engine.kafkaBrokers]);
  const [before, during, after] = [image(), image(), image()];
  const sender = await connect(gateway.port, before);
  await until(async () => (await sender.store(before)).status === 0, 60_000, 'an acknowledgement');
  assert.equal(gateway.ready.ok, true);

  kafka.kill();
  for (let i = 0; i < 2; i += 1) {
    const { status, comment } = await sender.store(during);
    assert.equal(status, 0xa700);
    assert.match(comment, /^KAFKA_/);
  }
  assert.equal(gateway.ready.ok, false);

  kafka = await startEngine(engine.kafka);
  await until(() => gateway.ready.ok, 60_000, 'readiness'); // without any traffic
  await until(async () => (await sender.store(after)).status === 0, 60_000, 'an acknowledgement');
  await until(async () => (await sender.store(during)).status === 0, 60_000, 'an acknowledgement');
  assert.equal(gateway.ready.ok, true);
  await sender.release();
  const wanted = [before, during, after].map((object) => object.sopInstanceUid);
  await readEvents(gateway, (found) =>
    wanted.every((uid) => found.some((event) => event.sopInstanceUid === uid)),
  );
});
