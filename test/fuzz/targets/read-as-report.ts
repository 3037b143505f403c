import assert from 'node:assert/strict';
import { InterleaveError } from '../../../core/errors.ts';
import { documentParts } from '../../../core/hl7/document-text.ts';
import { embeddedDocuments, mayHoldDocument, unreadDocuments } from '../../../core/hl7/embedded-document.ts';
import { parseMessage } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { coded } from '../coded.ts';

/**
 * Reads bytes as the document that a message holds, as Base64 and as text, as the gateway does but for its process: what
 * is thrown has a code, and a report whose document was not read says so. In a few words how it went.
 */
export async function readAsReport(input: Buffer): Promise<string> {
  const ways: string[] = [];
  for (const [type, data] of [
    ['ED', Buffer.from(`^^^Base64^${input.toString('base64')}`)],
    ['TX', input],
  ] as const) {
    const head = Buffer.from(`${HEAD}OBX|1|${type}|A||`, 'latin1');
    const bytes = Buffer.concat([head, data, Buffer.from('\r')]);
    const { value: message, code } = coded(() => parseMessage(bytes));
    if (message === null) {
      ways.push(`${type} ${code}`);
      continue;
    }
    const documents = embeddedDocuments(message);
    assert.ok(documents.length === 0 || mayHoldDocument(bytes), 'it would not have been looked for');
    const texts = unreadDocuments(documents);
    for (const { segment, contents } of documents) {
      const all = Promise.all((contents ?? []).map((content) => documentParts(content, READERS)));
      texts.set(segment, await all.then((parts) => parts.flat(), unreadable));
    }
    for (const { parts, problem } of reportsOf(message, { documents: texts })) {
      if (texts.get(2) === null) assert.equal(problem, 'HL7_DOCUMENT_UNREADABLE');
      ways.push(`${type} ${documents.length} ${parts.length} ${problem}`);
    }
  }
  return ways.join(' ');
}

const HEAD = 'MSH|^~\\&|RIS|CITY|||20260301||ORU^R01|C|P|2.5.1\rOBR|1||F1\r';

const READERS = {
  charset: 'ascii',
  pdf: async () => {
    throw new InterleaveError('HL7_DOCUMENT_UNREADABLE');
  },
};

function unreadable(error: unknown): null {
  if (!(error instanceof InterleaveError)) throw error;
  return null;
}
