import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { planCase, type SimulatedCase, simulateCase, UNMATCHED_SHARE } from '../../simulator/case.ts';
import { MAX_SEED } from '../../simulator/orders.ts';

test('the same seed and number give the same bytes, another seed other ones', () => {
  assert.equal(fingerprint(simulateCase(5, 17)), fingerprint(simulateCase(5, 17)));
  assert.notEqual(fingerprint(simulateCase(5, 17)), fingerprint(simulateCase(6, 17)));
});

test('the reports stay what they are from one version of the simulator to the next', () => {
  // A change here is a change of every figure measured on simulated cases: make it knowingly.
  const hash = createHash('sha256');
  for (let n = 0; n < 100; n++) for (const report of planCase(1, n).reports) hash.update(report.message);
  assert.equal(hash.digest('hex').slice(0, 16), REPORTS_FINGERPRINT);
});

test('reports and images of a case carry one accession number of at most 16 characters', () => {
  for (const seed of [0, 1, MAX_SEED])
    for (let n = 0; n < 200; n++) {
      const { order, reports } = planCase(seed, n);
      assert.ok(order.accession.length <= 16, order.accession);
      for (const report of reports)
        assert.ok(report.message.toString('latin1').includes(`|${order.accession}|`));
    }
  const { accession, images } = simulateCase(1, 3);
  for (const image of images) assert.ok(image.part10.includes(Buffer.from(accession)));
});

test('a thousand cases hold every kind: all versions, lone sides, key objects, one to three images', () => {
  const plans = Array.from({ length: 1000 }, (_, n) => planCase(1, n));
  const share = (is: (plan: (typeof plans)[number]) => boolean) => plans.filter(is).length / plans.length;
  const lone = share((plan) => plan.partner !== 'BOTH');
  assert.ok(Math.abs(lone - UNMATCHED_SHARE) < 0.02, String(lone));
  for (const kind of ['PRELIMINARY', 'FINAL', 'CORRECTED', 'ADDENDUM'])
    assert.ok(share((plan) => plan.reports.some((report) => report.kind === kind)) > 0.03, kind);
  for (const count of [1, 2, 3]) assert.ok(share((plan) => plan.slots.length === count) > 0.05);
  assert.ok(share((plan) => plan.keyImage !== null) > 0.1);
  assert.ok(share((plan) => plan.truth.normal.includes('normal-study')) > 0.15);
  for (const layout of [/\\\.br\\/, /\|[^|]*~[^|]*\|/, /OBX\|12\|/, /&IMP/])
    assert.ok(
      share((plan) => layout.test(plan.reports[0]?.message.toString('latin1') ?? '')) > 0.05,
      `${layout}`,
    );
});

test('control ids and SOP instance UIDs are unique over cases', () => {
  const plans = Array.from({ length: 500 }, (_, n) => planCase(1, n));
  const ids = plans.flatMap((plan) => plan.reports.map((report) => report.controlId));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.ok(id.length <= 20, id);
});

test('versions of a report are later and later, and a correction changes what is said', () => {
  let changed = 0;
  for (let n = 0; n < 500; n++) {
    const { reports, truth } = planCase(2, n);
    for (const [i, report] of reports.entries())
      assert.ok(i === 0 || report.effectiveAt > (reports[i - 1]?.effectiveAt ?? 0));
    assert.deepEqual(reports.at(-1)?.findings, truth.findings);
    const index = reports.findIndex((report) => report.kind === 'CORRECTED');
    const [before, after] = [reports[index - 1], reports[index]];
    if (before !== undefined && JSON.stringify(before.findings) !== JSON.stringify(after?.findings))
      changed++;
  }
  assert.ok(changed > 5, String(changed));
});

test('no seed outside the bounds', () => {
  assert.throws(() => planCase(MAX_SEED + 1, 0), RangeError);
  assert.throws(() => planCase(-1, 0), RangeError);
});

function fingerprint(simulated: SimulatedCase): string {
  const hash = createHash('sha256');
  for (const report of simulated.reports) hash.update(report.message);
  for (const image of simulated.images) hash.update(image.part10);
  hash.update(simulated.keyObject?.part10 ?? '');
  return hash.digest('hex').slice(0, 16);
}

/** First 64 bits of the SHA-256 over the messages of cases 0 to 99 of seed 1. */
const REPORTS_FINGERPRINT = '9514d181a8a5179e';
