import assert from 'node:assert/strict';
import test from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import { DurabilityProbe, PROBE_INTERVAL_MS } from '../../../platform/kafka/durability-probe.ts';
import { Readiness } from '../../../platform/process/readiness.ts';

test('one failure that passes makes us unready, and a probe finds out without traffic that it has passed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ready = new Readiness();
  const answers = [Promise.reject(new InterleaveError('OBJECT_STORE_FULL')), Promise.resolve()];
  const probe = new DurabilityProbe(ready, () => answers.shift() ?? Promise.resolve());
  assert.equal(ready.ok, true);
  probe.saw('KAFKA_UNAVAILABLE');
  assert.deepEqual(ready.describe()['durable'], { ok: false, detail: 'KAFKA_UNAVAILABLE' });
  t.mock.timers.tick(PROBE_INTERVAL_MS);
  await settled();
  assert.deepEqual(ready.describe()['durable'], { ok: false, detail: 'OBJECT_STORE_FULL' });
  t.mock.timers.tick(PROBE_INTERVAL_MS);
  await settled();
  assert.equal(ready.ok, true);
});

test('what is refused for good says nothing about us', () => {
  const ready = new Readiness();
  const probe = new DurabilityProbe(ready, () => Promise.resolve());
  probe.saw('HL7_NO_MSH');
  assert.equal(ready.ok, true);
});

/** Lets the callbacks of settled promises run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}
