/** What the benches of the gateways send is what the gateways take; otherwise they would measure refusals. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeSlices } from '../../../bench/support/ct-slices.ts';
import { hl7Report } from '../../../bench/support/hl7-report.ts';
import { median } from '../../../bench/support/percentile.ts';
import { dicomObjectOf } from '../../../core/dicom/dicom-object.ts';
import { decide } from '../../../services/hl7-gateway/accept-message.ts';
import { RULES } from '../../services/hl7-gateway/gateway.ts';

describe('what the benches send', () => {
  it('reports of 30 OBX, each a case of its own', () => {
    const decisions = [0, 1, 36].map((n) => decide(hl7Report('RUN', n), RULES, Date.UTC(2026, 2, 2)));
    const events = decisions.flatMap(({ verdict }) => (verdict.accept ? verdict.events : []));
    assert.equal(new Set(events.map((event) => event.caseId)).size, 3);
    assert.deepEqual(
      events.map((event) => [event.caseKey.kind, event.problem, event.status]),
      events.map(() => ['ACCESSION', null, 'FINAL']),
    );
    assert.match(events[0]?.parts.map((part) => part.text).join(' ') ?? '', /no focal consolidation/);
  });

  it('slices of half a megabyte, no two of one digest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interleave-slices-'));
    try {
      await writeSlices(folder, 1, 3);
      const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
      const objects = files.map(dicomObjectOf);
      assert.equal(new Set(objects.map(({ sopInstanceUid }) => sopInstanceUid)).size, 3);
      for (const { dataSet } of objects) assert.ok(dataSet.length >= 512 * 1024 && dataSet.length < 530_000);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('the median of an even number is the lower of the middle ones', () => {
    assert.equal(median([4, 1, 3, 2]), 2);
    assert.equal(median([3, 1, 2]), 2);
    assert.ok(Number.isNaN(median([])));
  });
});
