import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportLabeled, ReportPart, ReportReceived } from '../../../core/radiology/events.ts';
import { LABELER } from '../../../core/text/labeler-version.ts';
import { reportLabels } from '../../../core/text/report-labels.ts';
import { fromFloat16 } from '../../../core/vector/float16.ts';
import { digestOf, reportLabeled } from '../../../harness/event-fixture.ts';
import { SENTENCE_VECTOR } from '../../../models/sentence-encoder.ts';
import { events } from '../../../schemas/events.ts';
import { MAX_RECORD_BYTES } from '../../../schemas/topics.ts';
import { engines } from '../../support/engines.ts';
import { runLabeler } from './run-labeler.ts';

const CASE = digestOf('labeler service test').slice(0, 32);

test('every report goes on in order, with what it says; what is no event becomes a dead letter', async () => {
  const reports = [
    received('FINDINGS: Small left pneumothorax (series 3, image 55). No effusion.'),
    received('IMPRESSION: No acute cardiopulmonary disease.'),
    received(''),
    { ...received(''), problem: 'HL7_NO_REPORT_TEXT', parts: [] },
    received('IMPRESSION: The pneumothorax has resolved.'),
    received('FINDINGS: Small left pneumothorax (series 3, image 55). No effusion.'),
  ];
  const values = reports.map((report) => events.reportReceived.encode(report));
  values.splice(1, 0, Buffer.from('no event'));
  const got = await throughService(values, reports.length);

  assert.deepEqual(
    // An Avro record is of a class of its own.
    got.map((event) => JSON.parse(JSON.stringify(event.received))),
    reports,
  );
  assert.deepEqual(
    got.map(({ receivedOffset }) => receivedOffset),
    [0, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    got.map(({ reading }) => reading.problem),
    [null, null, 'REPORT_EMPTY', 'REPORT_EMPTY', null, null],
  );

  const [first, normal, , , resolved, again] = got.map(({ reading }) => reading);
  assert.deepEqual({ ...first?.labeler }, LABELER);
  assert.deepEqual(
    [...reportLabels(first?.findings ?? [])],
    [
      ['pneumothorax', 'PRESENT'],
      ['effusion', 'ABSENT'],
    ],
  );
  assert.deepEqual(
    first?.citations.map(({ seriesNumber, instanceNumber }) => [seriesNumber, instanceNumber]),
    [[3, 55]],
  );
  assert.equal(first?.assertedText, 'Small left pneumothorax (series 3, image 55).');
  assert.deepEqual([...reportLabels(resolved?.findings ?? [])], [['pneumothorax', 'ABSENT']]);

  const vector = first?.textVectors[0]?.vector;
  assert.equal(vector?.generation, SENTENCE_VECTOR.generation);
  assert.match(vector?.model ?? '', /^[0-9a-f]{64}$/);
  const values32 = fromFloat16(vector?.data ?? Buffer.alloc(0));
  assert.equal(values32.length, SENTENCE_VECTOR.dims);
  assert.ok(Math.abs(Math.hypot(...values32) - 1) < 1e-3, 'the vector has length 1');
  assert.deepEqual(again?.textVectors[0]?.vector, vector, 'the same words give the same vector');
  assert.deepEqual(normal?.textVectors, [], 'a report that asserts nothing has none');
});

test('a report whose reading does not fit into a record goes on without it', async () => {
  const long = received(`Small effusion. ${'-'.repeat(MAX_RECORD_BYTES / 2)}`);
  const [event] = await throughService([events.reportReceived.encode(long)], 1);
  assert.deepEqual(JSON.parse(JSON.stringify(event?.received)), long);
  assert.equal(event?.reading.problem, 'EVENT_TOO_LARGE');
});

function received(text: string): ReportReceived {
  const parts: ReportPart[] = [{ section: null, text }];
  return reportLabeled({ received: { caseId: CASE, parts, eventId: digestOf(text), digest: digestOf(text) } })
    .received;
}

/** What comes out of a labeler for these records of one case. */
async function throughService(values: Buffer[], expected: number): Promise<ReportLabeled[]> {
  const records = values.map((value) => ({ key: CASE, value }));
  return runLabeler((await engines()).kafkaBrokers, { topic: 'received', records, expected });
}
