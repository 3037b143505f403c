import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import type { ProducedRecord } from '../../../platform/kafka/producer.ts';
import { events } from '../../../schemas/events.ts';
import { REJECTIONS_AT_ONCE } from '../../../services/dicom-gateway/limits.ts';
import { sendRejections } from '../../../services/dicom-gateway/send-rejections.ts';

test('REJECTIONS_AT_ONCE: a large note is registered whole, in steps', async () => {
  const rejections = Array.from({ length: REJECTIONS_AT_ONCE * 2 + 1 }, (_, i) => ({
    sopInstanceUid: `1.2.${i}`,
    noteUid: '1.9',
    titleCode: '113001',
    rejectedAt: 1,
  }));
  let waiting = 0;
  let most = 0;
  const sent: ProducedRecord[] = [];
  const send = async (_topic: string, record: ProducedRecord) => {
    most = Math.max(most, ++waiting);
    await new Promise((resolve) => setImmediate(resolve));
    waiting--;
    sent.push(record);
  };
  await sendRejections({ send }, randomBytes(32), rejections);
  assert.equal(most, REJECTIONS_AT_ONCE);
  assert.equal(new Set(sent.map(({ key }) => key)).size, rejections.length);
  const uids = sent.map(({ value }) => events.imageRejected.decode(value ?? Buffer.alloc(0)).sopInstanceUid);
  assert.equal(new Set(uids).size, rejections.length);
  assert.ok(sent.every(({ key }) => /^[0-9a-f]{32}$/.test(key)));
});
