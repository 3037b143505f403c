import assert from 'node:assert/strict';
import test from 'node:test';
import { codeOf } from '../../../core/errors.ts';
import type { ErasedThing } from '../../../core/radiology/erasure-traces.ts';
import { MAX_CASE_REPORTS } from '../../../core/radiology/limits.ts';
import { CASE_ID, digestOf, imageEmbedded, reportLabeled, vector } from '../../../harness/event-fixture.ts';
import { wireHeader } from '../../../platform/avro/wire-format.ts';
import type { ConsumedRecord } from '../../../platform/kafka/consumer.ts';
import { createLogger } from '../../../platform/process/log.ts';
import { events } from '../../../schemas/events.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { joinRecords } from '../../../services/joiner/join-records.ts';
import { NO_OFFSET } from '../../../services/joiner/left-out-records.ts';

const record = (topic: string, value: Buffer | null, key = CASE_ID): ConsumedRecord => ({
  topic,
  partition: 0,
  offset: 0,
  key,
  value,
  timestamp: 0,
  headers: {},
});
const report = (text = 'A report.') =>
  record(TOPICS.reportLabeled, events.reportLabeled.encode(reportLabeled({ reading: { text } })));
const image = (given = {}) => record(TOPICS.imageEmbedded, events.imageEmbedded.encode(imageEmbedded(given)));
const nothing = () => undefined;

test('the records of one poll give one state for each case', () => {
  const other = imageEmbedded({ received: { caseId: 'other' } });
  const { changed, refused } = joinRecords(
    [report(), image(), record(TOPICS.imageEmbedded, events.imageEmbedded.encode(other), 'other')],
    nothing,
  );
  assert.deepEqual([...changed.keys()], [CASE_ID, 'other']);
  const state = events.case.decode(changed.get(CASE_ID) ?? Buffer.alloc(0));
  assert.equal(state.reports.length, 1);
  assert.equal(state.images.length, 1);
  assert.deepEqual(refused, []);
});

test('a repeat changes nothing, and nothing is written for it', () => {
  const first = joinRecords([report(), image()], nothing);
  const again = joinRecords([image(), report(), image()], (caseId) => first.changed.get(caseId));
  assert.equal(again.changed.size, 0);
  assert.deepEqual(again.refused, []);
});

test('an image that was embedded again gets its vector, and brings nothing back that is gone or was followed', () => {
  const seen = { receivedOffset: 5 };
  const frames = [{ frame: 1, thumbnail: null, vector: null, vectors: [vector(2, 9)] }];
  const embeddedAgain = image({ ...seen, frames, again: true });
  const joined = (...records: ConsumedRecord[]) => {
    const { changed, refused } = joinRecords(records, nothing);
    assert.deepEqual(refused, []);
    const state = changed.get(CASE_ID);
    return state === undefined ? null : events.case.decode(state);
  };
  const generations = (state: ReturnType<typeof joined>) =>
    state?.vectors.map(({ vector: { generation } }) => generation);
  const before = joined(image(seen));
  const after = joined(image(seen), embeddedAgain);
  assert.deepEqual(generations(before), [1]);
  assert.deepEqual(generations(after), [2, 1]);
  assert.deepEqual(after?.images, before?.images, 'nothing looks new');
  assert.deepEqual(joined(image(seen), embeddedAgain, embeddedAgain, image(seen)), after);

  assert.equal(joined(embeddedAgain), null, 'the image is gone');
  const followed = image({
    receivedOffset: 6,
    received: { object: { sha256: 'f', size: 1, mediaType: 'x' } },
  });
  assert.deepEqual(joined(image(seen), followed, embeddedAgain), joined(image(seen), followed));
});

test('a report that was read again renews its case, and brings nothing back that is gone or was followed', () => {
  const labeled = (given: Parameters<typeof reportLabeled>[0]) =>
    record(TOPICS.reportLabeled, events.reportLabeled.encode(reportLabeled(given)));
  const first = labeled({ readAt: 1, received: { digest: digestOf('1') } });
  const again = labeled({
    readAt: 2,
    again: true,
    received: { digest: digestOf('1') },
    reading: { text: 'Anew.' },
  });
  const textIn = (...records: ConsumedRecord[]) => {
    const { changed, refused } = joinRecords(records, nothing);
    assert.deepEqual(refused, []);
    const state = changed.get(CASE_ID);
    return state === undefined ? null : events.case.decode(state).reports[0]?.latest.reading.text;
  };
  assert.equal(textIn(first, again), 'Anew.');
  assert.equal(textIn(again), null, 'the case was erased');
  const corrected = labeled({
    received: { digest: digestOf('2'), effectiveAt: 9e12 },
    reading: { text: 'Corrected.' },
  });
  assert.equal(textIn(first, corrected, again), 'Corrected.');
});

test('what cannot be read, or is of another case than its key says, is refused; the others are merged', () => {
  const { changed, refused } = joinRecords(
    [
      record(TOPICS.reportLabeled, null),
      record(TOPICS.reportLabeled, Buffer.from('text')),
      record(TOPICS.reportLabeled, image().value),
      { ...report(), key: 'another case' },
      report(),
    ],
    nothing,
  );
  assert.deepEqual(
    refused.map(({ code }) => code),
    Array(4).fill('EVENT_UNREADABLE'),
  );
  assert.equal(changed.size, 1);
});

test('an event that no case can hold is refused', () => {
  const { changed, refused } = joinRecords(
    [image({ received: { sopInstanceUid: '1'.repeat(500) } })],
    nothing,
  );
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['CASE_TOO_LARGE'],
  );
  assert.equal(changed.size, 0);
});

test('a state that cannot be read is never written over, and the error names partition and case', () => {
  assert.throws(() => joinRecords([{ ...report(), partition: 5 }], () => Buffer.from('broken')), {
    code: 'CASE_UNREADABLE',
    message: new RegExp(`Case ${CASE_ID} of partition 5`),
  });
});

test('the log names partition, case and code of a case that cannot be read, and quotes nothing of it', () => {
  const lines: string[] = [];
  const log = createLogger('joiner', 'info', { write: (line) => lines.push(line) });
  try {
    joinRecords([{ ...report(), partition: 5 }], () => Buffer.from('Zwanzigermann'));
    assert.fail('it was read');
  } catch (error) {
    log.fatal({ err: error, code: codeOf(error) }, 'service.failed');
  }
  const { code, err } = JSON.parse(lines[0] ?? '');
  assert.equal(code, 'CASE_UNREADABLE');
  assert.match(err.message, new RegExp(`Case ${CASE_ID} of partition 5: see docs/operations\\.md`));
  assert.ok(!lines.join().includes('Zwanzigermann'));
});

test('a report that a limit leaves out is refused, whether it came just now or had to make room', () => {
  const numbered = (fillerNumber: string) =>
    reportLabeled({ received: { identity: { facility: 'HOSPITAL', fillerNumber } } });
  const encoded = (fillerNumber: string) =>
    record(TOPICS.reportLabeled, events.reportLabeled.encode(numbered(fillerNumber)));
  const junk = Array.from({ length: MAX_CASE_REPORTS }, (_, i) => encoded(`A${i}`));
  const { changed, refused } = joinRecords([encoded('REAL'), ...junk, encoded('ZZZ')], nothing);
  assert.deepEqual(
    refused.map(({ code, record: { offset, key, value } }) => [
      code,
      offset,
      key,
      events.reportLabeled.decode(value ?? Buffer.alloc(0)).received.identity.fillerNumber,
    ]),
    [
      ['CASE_FULL', NO_OFFSET, CASE_ID, 'REAL'],
      ['CASE_FULL', 0, CASE_ID, 'ZZZ'],
    ],
  );
  assert.deepEqual(refused[0]?.record.value, encoded('REAL').value, 'whole, as it came');
  const state = events.case.decode(changed.get(CASE_ID) ?? Buffer.alloc(0));
  assert.equal(state.reports.length, MAX_CASE_REPORTS);
});

test('objects that came again with other bytes are counted', () => {
  const object = { sha256: digestOf('other'), size: 1, mediaType: 'application/dicom' };
  const first = joinRecords([image()], nothing);
  const second = joinRecords([image({ receivedOffset: 2, received: { object } })], (id) =>
    first.changed.get(id),
  );
  assert.equal(second.replaced, 1);
});

test('a state of a newer joiner is waited for: nothing is written over it, and no record becomes a dead letter', () => {
  const newer = Buffer.concat([wireHeader(0x7ffffffe), Buffer.from([0])]);
  assert.throws(() => joinRecords([report()], () => newer), { code: 'SCHEMA_UNKNOWN', kind: 'retry' });
  assert.throws(() => joinRecords([{ ...report(), value: newer }], nothing), { code: 'SCHEMA_UNKNOWN' });
});

test('what an erased case held is dropped in whatever case it comes, unless that one holds it already', () => {
  const uid = '1.2.77';
  const gone = image({ received: { sopInstanceUid: uid } });
  const decided = {
    rejected: { get: () => undefined },
    isErased: () => false,
    wasHeldByErased: (thing: ErasedThing) => 'sopInstanceUid' in thing && thing.sopInstanceUid === uid,
  };
  const dropped = joinRecords([gone, image({ received: { sopInstanceUid: '1.2.78' } })], nothing, decided);
  const { received, frames } = imageEmbedded({ received: { sopInstanceUid: uid } });
  const objects = [received.object.sha256, ...frames.flatMap(({ thumbnail }) => thumbnail?.sha256 ?? [])];
  assert.deepEqual(dropped.erased, [{ record: gone, objects }]);
  assert.deepEqual(dropped.refused, []);
  const state = events.case.decode(dropped.changed.get(CASE_ID) ?? Buffer.alloc(0));
  assert.deepEqual(
    state.images.map(({ received }) => received.sopInstanceUid),
    ['1.2.78'],
  );
  const same = image({ received: { sopInstanceUid: '1.2.79', object: received.object }, frames });
  const [besideIt] = joinRecords([same, gone], nothing, decided).erased;
  assert.deepEqual(besideIt?.objects, [], 'bytes that another image of the case has stay');
  const held = joinRecords([gone], nothing).changed;
  const renewed = image({ received: { sopInstanceUid: uid, rows: 7 }, receivedOffset: 9 });
  assert.deepEqual(joinRecords([renewed], (caseId) => held.get(caseId), decided).erased, []);
});

test('a record of an erased case is dropped, and is no dead letter', () => {
  const decided = { rejected: { get: () => undefined }, isErased: () => true, wasHeldByErased: () => false };
  const joined = joinRecords([report(), image()], nothing, decided);
  assert.deepEqual([joined.erased.length, joined.refused.length, joined.changed.size], [2, 0, 0]);
});
