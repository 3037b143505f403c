import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Case, ReportLabeled, ReportStatus } from '../../../core/radiology/events.ts';
import { mergeCases, mergeReport } from '../../../core/radiology/merge.ts';
import { LABELER } from '../../../core/text/labeler-version.ts';
import { DEFAULT_LEXICON } from '../../../core/text/lexicon.ts';
import { reportLabels } from '../../../core/text/report-labels.ts';
import { digestOf, reportLabeled, vector } from '../../../harness/event-fixture.ts';
import { testContext } from '../../../harness/service-context.ts';
import type { MissingModel } from '../../../models/live-models.ts';
import { events } from '../../../schemas/events.ts';
import { relabel } from '../../../services/labeler/relabel.ts';
import { engines } from '../../support/engines.ts';
import { runLabeler } from './run-labeler.ts';

const older = { labeler: { generation: 1, hash: 'an older labeler' } };

/** A case with one report, as the joiner leaves it. */
function caseOf(name: string, given: Parameters<typeof reportLabeled>[0]): { key: string; state: Case } {
  const key = digestOf(name).slice(0, 32);
  const parts = [{ section: null, text: `FINDINGS: Small left pneumothorax. ${name}.` }];
  const received = { caseId: key, digest: digestOf(name), parts, ...given?.received };
  return { key, state: mergeReport(null, reportLabeled({ ...given, received })) };
}

test('reports that an older labeler read are read again, each at its place in its case; others are left alone', async () => {
  const old = caseOf('old', { receivedOffset: 7, readAt: 5, reading: older });
  const newest = caseOf('newest', { readAt: 5, reading: { labeler: LABELER } });
  const future = { labeler: { generation: LABELER.generation + 1, hash: 'x' } };
  const ahead = caseOf('ahead', { readAt: 5, reading: future });
  const beside = caseOf('beside', { readAt: Date.now() + 3_600_000, reading: older });
  const withoutText = caseOf('without text', { reading: older, received: { parts: [] } });
  const last = caseOf('last', { readAt: 5, reading: older });
  const cases = [newest, ahead, beside, withoutText].map(({ key, state }) => ({
    key,
    state: state as Case | null,
  }));
  const got = await relabelFrom([{ key: old.key, state: null }, ...cases, old, last], 2);

  assert.deepEqual(new Set(got.map(({ received }) => received.caseId)), new Set([old.key, last.key]));
  const event = got.find(({ received }) => received.caseId === old.key);
  assert.ok(event?.again);
  assert.equal(event.receivedOffset, 7);
  assert.ok(event.readAt > 5);
  assert.deepEqual({ ...event.reading.labeler }, LABELER);
  assert.deepEqual([...reportLabels(event.reading.findings)], [['pneumothorax', 'PRESENT']]);
  assert.equal(event.reading.textVectors.length, 1);

  const { reports } = mergeReport(old.state, { ...event, again: false });
  assert.equal(reports.length, 1);
  assert.equal(reports[0]?.latest.reading.labeler.hash, LABELER.hash);
  assert.equal(reports[0]?.versions.length, 1);
});

/** What a labeler reads again of these states of cases, null for one that was erased. */
async function relabelFrom(
  cases: readonly { key: string; state: Case | null }[],
  expected: number,
): Promise<ReportLabeled[]> {
  return runLabeler((await engines()).kafkaBrokers, {
    topic: 'cases',
    records: cases.map(({ key, state }) => ({
      key,
      value: state === null ? null : events.case.encode(state),
    })),
    expected,
    env: { INTERLEAVE_LABELER_RELABEL: 'on' },
  });
}

test('of a report with versions with and without a zone both that its case holds whole are read again', async () => {
  const version = (status: ReportStatus, effectiveAt: number, zoned: boolean) => ({
    receivedOffset: effectiveAt,
    readAt: 5,
    reading: older,
    received: { status, effectiveAt, zoned, digest: digestOf(status) },
  });
  const final = caseOf('both', version('FINAL', 1, false));
  const preliminary = caseOf('both', version('PRELIMINARY', 2, true));
  const state = mergeCases(final.state, preliminary.state);
  assert.equal(state.reports[0]?.latest.received.status, 'FINAL');
  const got = await relabelFrom([{ key: final.key, state }], 2);
  assert.deepEqual(got.map(({ received }) => received.status).sort(), ['FINAL', 'PRELIMINARY']);
  const after = got.reduce((before, event) => mergeReport(before, { ...event, again: false }), state);
  assert.equal(after.reports[0]?.latest.reading.labeler.hash, LABELER.hash);
  assert.equal(after.reports[0]?.other?.reading.labeler.hash, LABELER.hash);
});

test('while a live bundle is not loaded old reports wait: a new reading without its vector would be lost to search', async () => {
  const missing: MissingModel[] = [{ called: 'x', generation: 2, code: 'MODEL_MISSING', reason: 'gone' }];
  const models = { loaded: [], missing };
  const sent: unknown[] = [];
  const handle = relabel({
    lexicon: DEFAULT_LEXICON,
    models,
    vectors: {
      vectorsOf: async (reports) => reports.map(() => ({ vectors: [vector(1, 3)], failed: false })),
    },
    producer: { send: async (_, record) => void sent.push(record) },
    topic: 'labeled',
    startedAt: 10,
    ...testContext('labeler'),
    perSecond: 1_000,
  });
  const { key, state } = caseOf('waits', { readAt: 5, reading: older });
  const record = { topic: 'cases', partition: 0, offset: 0, key, timestamp: 0, headers: {} };
  const poll = () => handle([{ ...record, value: events.case.encode(state) }], async () => undefined);
  await assert.rejects(poll(), { code: 'TEXT_VECTOR_FAILED' });
  assert.deepEqual(sent, []);
  models.missing = [];
  await poll();
  assert.equal(sent.length, 1);
});
