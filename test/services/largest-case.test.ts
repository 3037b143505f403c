import assert from 'node:assert/strict';
import test from 'node:test';
import { caseStanding } from '../../core/radiology/standing.ts';
import { imageEmbedded } from '../../harness/event-fixture.ts';
import { MAX_RECORD_VALUE_BYTES } from '../../platform/kafka/limits.ts';
import { events } from '../../schemas/events.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { caseDocument } from '../../services/indexer/case-document.ts';
import { joinRecords } from '../../services/joiner/join-records.ts';
import { FIXTURE_SECRET } from '../support/case-fixture.ts';
import { largestCase, SHOWN_IMAGES } from '../support/largest-case.ts';

test('a case near the size of a record is read, joined with one more image, and becomes a document', () => {
  const state = largestCase();
  const bytes = events.case.encode(state);
  assert.ok(bytes.length <= MAX_RECORD_VALUE_BYTES, `${bytes.length} bytes`);
  assert.ok(bytes.length > MAX_RECORD_VALUE_BYTES * 0.85, `${bytes.length} bytes are a fair trial`);

  const { caseId } = state;
  const event = imageEmbedded({ received: { sopInstanceUid: '1.1.1', instanceNumber: 0 } });
  const value = events.imageEmbedded.encode(event);
  const record = { topic: TOPICS.imageEmbedded, partition: 0, offset: 1, key: caseId, value, headers: {} };
  const joined = joinRecords([record as Parameters<typeof joinRecords>[0][number]], () => bytes).changed;
  const after = joined.get(caseId);
  assert.ok(after !== undefined && after.length <= MAX_RECORD_VALUE_BYTES, `${after?.length} bytes`);

  const read = events.case.decode(after);
  const slots = { text: { generation: 2, dims: 2_048 }, image: { generation: 2, dims: 2_048 } };
  const document = caseDocument(read, caseStanding(read), slots, FIXTURE_SECRET);
  assert.equal(document.reports.length, state.reports.length);
  assert.ok(document.images.some(({ sop_instance_uid }) => sop_instance_uid === '1.1.1'));
  assert.equal(document.images.length, SHOWN_IMAGES + 1);
  assert.notEqual(document.text_vector, undefined);
});
