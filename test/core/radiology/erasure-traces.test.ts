import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { erasureTrace, erasureTraces, holdsThing } from '../../../core/radiology/erasure-traces.ts';
import type { Case, ImageEmbedded } from '../../../core/radiology/events.ts';
import { mergeImage, mergeReport } from '../../../core/radiology/merge.ts';
import { imageEmbedded, reportLabeled } from '../../../harness/event-fixture.ts';

const secret = randomBytes(32);
const thing = (sopInstanceUid: string) => ({ sopInstanceUid });
const reportOf = (facility: string, fillerNumber: string) => ({ report: { facility, fillerNumber } });

test('a trace tells nothing without the secret, and one thing from every other', () => {
  const trace = erasureTrace(secret, thing('1.2.3'));
  assert.equal(erasureTrace(secret, thing('1.2.3')), trace);
  assert.notEqual(erasureTrace(randomBytes(32), thing('1.2.3')), trace);
  const all = [
    thing('1.2.3'),
    thing('1.2.4'),
    reportOf('a', 'bc'),
    reportOf('ab', 'c'),
    reportOf('', '1.2.3'),
  ];
  assert.equal(new Set(all.map((one) => erasureTrace(secret, one))).size, all.length);
  assert.match(trace, /^[0-9a-f]{32}$/);
});

test('a case leaves one trace of each report and object, whatever the order in which they came', () => {
  const images = ['1.2.9', '1.2.8'].map((sopInstanceUid) => imageEmbedded({ received: { sopInstanceUid } }));
  const report = reportLabeled();
  const merge = (before: Case | null, image: ImageEmbedded): Case => mergeImage(before, image);
  const state = images.reduce(merge, mergeReport(null, report));
  const other = mergeReport([...images].reverse().reduce<Case | null>(merge, null), report);
  const { facility, fillerNumber } = report.received.identity;
  const things = [thing('1.2.9'), thing('1.2.8'), reportOf(facility, fillerNumber)];
  const expected = things.map((one) => erasureTrace(secret, one)).sort();
  assert.deepEqual(erasureTraces(secret, state), expected);
  assert.deepEqual(erasureTraces(secret, other), expected);
  assert.ok(things.every((one) => holdsThing(state, one)));
  assert.equal(holdsThing(state, thing('1.2.7')), false);
  assert.equal(holdsThing(state, reportOf(facility, 'other')), false);
  assert.equal(holdsThing(null, thing('1.2.9')), false);
});
