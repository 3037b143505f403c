import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LEXICON } from '../../../core/text/lexicon.ts';
import { reportLabeled, vector } from '../../../harness/event-fixture.ts';
import { labeledEvent, readEvent, withoutReading } from '../../../services/labeler/read-event.ts';
import { NOT_ENCODED } from '../../../services/labeler/report-vectors.ts';

const { received } = reportLabeled();

test('what cannot be read goes on with a problem', () => {
  const report = readEvent(received, DEFAULT_LEXICON, () => {
    throw new Error('no');
  });
  const { reading } = labeledEvent(received, 5, report, NOT_ENCODED, 0);
  assert.deepEqual([reading.problem, reading.text, reading.textVectors], ['REPORT_UNREADABLE', '', []]);
});

test('a report that waited in vain for a vector has a problem; one that asserts nothing has none', () => {
  const read = (text: string) => readEvent({ ...received, parts: [{ section: null, text }] });
  const problem = (text: string, encoded = NOT_ENCODED) =>
    labeledEvent(received, 5, read(text), encoded, 0).reading.problem;
  assert.equal(problem('Small effusion.'), 'TEXT_VECTOR_FAILED');
  assert.equal(problem('Small effusion.', { vectors: [vector(1, 7)], failed: false }), null);
  assert.equal(problem('Small effusion.', { vectors: [vector(1, 7)], failed: true }), 'TEXT_VECTOR_FAILED');
  assert.equal(problem('No effusion.'), null);
  assert.equal(problem(''), 'REPORT_EMPTY');
});

test('without its reading an event keeps the report', () => {
  const event = labeledEvent(received, 5, readEvent(received), { vectors: [vector(1, 7)], failed: false }, 0);
  const small = withoutReading(event);
  assert.deepEqual([small.received, small.receivedOffset], [received, 5]);
  assert.deepEqual([small.reading.problem, small.reading.findings], ['EVENT_TOO_LARGE', []]);
});
