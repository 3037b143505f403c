import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedDocuments } from '../../../core/hl7/embedded-document.ts';
import { MAX_DOCUMENTS_PER_MESSAGE } from '../../../core/hl7/limits.ts';
import { parseMessage } from '../../../core/hl7/message.ts';

test('of the documents of one message so many are read, the first ones', () => {
  const content = Buffer.from('%PDF-1.4').toString('base64');
  const observations = Array.from(
    { length: MAX_DOCUMENTS_PER_MESSAGE + 1 },
    (_, n) => `OBX|${n + 1}|ED|PDF||^application^pdf^Base64^${content}`,
  );
  const header = 'MSH|^~\\&|RIS|HOSPITAL|||20260101||ORU^R01|1|P|2.5.1';
  const found = embeddedDocuments(parseMessage(Buffer.from([header, ...observations, ''].join('\r'))));
  assert.deepEqual(
    found.map(({ segment }) => segment),
    Array.from({ length: MAX_DOCUMENTS_PER_MESSAGE }, (_, n) => n + 1),
  );
});
