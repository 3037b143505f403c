import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import avro from 'avsc';
import fc from 'fast-check';
import { MAX_TIME_AHEAD_MS } from '../../../core/hl7/limits.ts';
import { parseMessage } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import type { Case, CaseReport, ReportLabeled, ReportStatus } from '../../../core/radiology/events.ts';
import { MAX_REPORT_VERSIONS, MAX_ZONE_DOUBT_MS } from '../../../core/radiology/limits.ts';
import { mergeReport } from '../../../core/radiology/merge.ts';
import { heldVersions, isHeld } from '../../../core/radiology/merge-report.ts';
import { compareByTime, compareVersions } from '../../../core/radiology/report-order.ts';
import { caseStanding } from '../../../core/radiology/standing.ts';
import { digestOf, reportLabeled } from '../../../harness/event-fixture.ts';
import { SchemaStore } from '../../../platform/avro/schema-store.ts';
import { projectRoot } from '../../../platform/process/project-root.ts';
import { storedCase } from '../../../schemas/case-wire.ts';
import { events } from '../../../schemas/events.ts';

const HOUR = 3_600_000;
const ZONED = true;
const WITHOUT = false;
let made = 0;

/** The hour counts from any day. */
function version(status: ReportStatus, hour: number, zoned: boolean, more = {}): ReportLabeled {
  const name = `${status} at ${hour}${zoned ? ' with zone' : ''}`;
  return reportLabeled({
    receivedOffset: made++,
    received: { status, effectiveAt: hour * HOUR, zoned, digest: digestOf(name), ...more },
    reading: { text: `${name}.` },
  });
}

function merged(list: readonly ReportLabeled[]): CaseReport {
  const state = list.reduce<Case | null>((before, event) => mergeReport(before, event), null);
  const [report] = state?.reports ?? [];
  assert.ok(report);
  return report;
}

/** What is shown, which must be the same in every order of arrival. */
function shown(...list: ReportLabeled[]): string {
  const texts = new Set(orders(list).map((order) => merged(order).latest.reading.text));
  const [text = '', ...others] = texts;
  assert.deepEqual(others, []);
  return text;
}

function orders<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, i) => orders(list.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}

test('the final report without a zone follows its preliminary one, wherever the sender is', () => {
  for (const sent of [14.5, 20, 26])
    for (const offset of [-12, -5, 0, 8, 14]) {
      const preliminary = version('PRELIMINARY', 14, ZONED);
      // From UTC-12 to UTC+14, read as UTC.
      const final = version('FINAL', sent + offset, WITHOUT);
      assert.match(shown(preliminary, final), /^FINAL/, `${sent} ${offset}`);
    }
});

test('the final report with a zone follows its preliminary one without', () => {
  for (const offset of [-12, -5, 0, 8, 14])
    assert.match(shown(version('PRELIMINARY', 14 + offset, WITHOUT), version('FINAL', 15, ZONED)), /^FINAL/);
});

test('times that compare decide: a final report goes back to preliminary, and a correction is corrected', () => {
  assert.match(shown(version('FINAL', 14, ZONED), version('PRELIMINARY', 15, ZONED)), /^PRELIMINARY/);
  assert.match(shown(version('FINAL', 14, WITHOUT), version('PRELIMINARY', 15, WITHOUT)), /^PRELIMINARY/);
  assert.match(shown(version('FINAL', 14, WITHOUT), version('PRELIMINARY', 14 + 15, ZONED)), /^PRELIMINARY/);
  assert.equal(
    shown(version('CORRECTED', 14, ZONED), version('CORRECTED', 16, WITHOUT)),
    'CORRECTED at 16.',
    'of one step the times decide',
  );
});

test('where the rule has a circle, every order of arrival shows the same', () => {
  // 2 with zone is later than 1 with zone, 1 with zone is a later step than 3 without, 3 without than 2 with zone.
  const circle = [
    version('CORRECTED', 10, ZONED),
    version('PRELIMINARY', 20, ZONED),
    version('FINAL', 15, WITHOUT),
  ];
  assert.equal(shown(...circle), 'FINAL at 15.');
  const state = circle.reduce<Case | null>((before, event) => mergeReport(before, event), null);
  assert.ok(state);
  assert.deepEqual(caseStanding(state).flags.includes('REPORT_TIMES_DISAGREE'), true);
});

test('both kinds are held, the newest of each, and versions are listed by their times', () => {
  const list = [
    version('PRELIMINARY', 10, ZONED),
    version('PRELIMINARY', 14, ZONED),
    version('FINAL', 9, WITHOUT),
    version('FINAL', 8, WITHOUT),
  ];
  const report = merged(list);
  assert.deepEqual(
    heldVersions(report).map(({ reading }) => reading.text),
    ['FINAL at 9.', 'PRELIMINARY at 14 with zone.'],
  );
  assert.deepEqual(
    report.versions.map(({ effectiveAt }) => effectiveAt / HOUR),
    [14, 10, 9, 8],
  );
  const held = ([...list, version('FINAL', 7, WITHOUT)] as ReportLabeled[]).map((one) =>
    isHeld([report], one),
  );
  assert.deepEqual(held, [false, true, true, false, false]);
  assert.equal(merged([version('FINAL', 9, ZONED)]).other, null);
});

test('a reading anew of the version that is not shown replaces its reading, and is not shown', () => {
  const preliminary = version('PRELIMINARY', 14, ZONED);
  const final = version('FINAL', 10, WITHOUT);
  const labeler = { generation: preliminary.reading.labeler.generation + 1, hash: 'newer' };
  const anew = { ...preliminary, reading: { ...preliminary.reading, labeler } };
  const report = merged([preliminary, final, anew]);
  assert.equal(report.latest.received.status, 'FINAL');
  assert.equal(report.other?.reading.labeler.hash, 'newer');
});

test('a stamp that is ahead only for its zone never hides what comes after it', () => {
  assert.equal(MAX_TIME_AHEAD_MS, MAX_ZONE_DOUBT_MS);
});

test('two messages as senders write them: the final one in local time, an hour after the preliminary one in UTC', () => {
  const message = (status: string, stamp: string, text: string) =>
    parseMessage(
      Buffer.from(
        [
          'MSH|^~\\&|RIS|CITY|||20260112150500+0000||ORU^R01|C1|P|2.5.1',
          'PID|1||P100',
          `OBR|1||F1${'|'.repeat(19)}${stamp}|||${status}`,
          `OBX|1|TX|&IMP||${text}\r`,
        ].join('\r'),
      ),
    );
  const event = (status: string, stamp: string, text: string): ReportLabeled => {
    const [read] = reportsOf(message(status, stamp, text), { receivedAt: Date.UTC(2026, 0, 12, 16) });
    assert.ok(read);
    const { effectiveAt, zoned } = read;
    assert.ok(effectiveAt);
    return version(read.status, effectiveAt / HOUR, zoned, { effectiveAt });
  };
  const preliminary = event('P', '20260112140000+0000', 'Possible pneumothorax.');
  const final = event('F', '20260112100000', 'No pneumothorax.');
  assert.match(shown(preliminary, final), /^FINAL/);
});

const anyVersion = fc
  .record({
    status: fc.constantFrom<ReportStatus>('PRELIMINARY', 'FINAL', 'CORRECTED', 'ADDENDUM', 'CANCELLED'),
    hour: fc.integer({ min: 0, max: 40 }),
    zoned: fc.boolean(),
  })
  .map(({ status, hour, zoned }) => version(status, hour, zoned));

test('whatever comes, in whatever order and however often: the same is shown, and nothing shown lies behind by a rule', () => {
  const shuffled = fc
    .array(anyVersion, { minLength: 1, maxLength: MAX_REPORT_VERSIONS + 4 })
    .chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      const report = merged(list);
      assert.deepEqual(merged([...other, ...list]), report);
      const { latest, other: second, versions } = report;
      for (const one of list) {
        const isSameKind = one.received.zoned === latest.received.zoned;
        const best = isSameKind ? latest : second;
        assert.ok(best);
        assert.ok(best.received.effectiveAt >= one.received.effectiveAt, 'the newest of its kind');
      }
      assert.deepEqual(
        [...versions].sort((a, b) => compareByTime(b, a)),
        versions,
      );
    }),
    { numRuns: 300 },
  );
});

test('two versions are compared alike from both sides', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      const [one, other] = [a, b].map(({ received, receivedOffset }) => ({ ...received, receivedOffset }));
      assert.ok(one && other);
      assert.equal(Math.sign(compareVersions(one, other)), -Math.sign(compareVersions(other, one)));
    }),
  );
});

test('a state that was stored before zones were kept is read, and merged as one without', () => {
  const stored = merged([version('FINAL', 14, WITHOUT)]);
  const state = mergeReport(null, stored.latest);
  const old = avro.Type.forSchema(
    JSON.parse(
      readFileSync(join(projectRoot(), 'schemas', 'registry', '13.case.avsc'), 'utf8'),
    ) as avro.Schema,
  );
  const store = new SchemaStore();
  // What the older version wrote: the fields that it knows.
  const written = old.toBuffer(
    old.fromBuffer(
      store.current('case').type.toBuffer(storedCase(state)),
      old.createResolver(store.current('case').type),
    ),
  );
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 13]), written]);
  const read = events.case.decode(bytes);
  assert.deepEqual([read.reports[0]?.other, read.reports[0]?.latest.received.zoned], [null, false]);
  const after = mergeReport(read, version('PRELIMINARY', 20, ZONED));
  assert.equal(after.reports[0]?.latest.received.status, 'FINAL');
  assert.equal(after.reports[0]?.other?.received.status, 'PRELIMINARY');
  const [held] = mergeReport(after, stored.latest).reports;
  assert.deepEqual([held?.latest, held?.other], [after.reports[0]?.latest, after.reports[0]?.other]);
});
