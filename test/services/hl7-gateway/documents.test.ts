import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Documents } from '../../../services/hl7-gateway/documents.ts';
import { buildPdf } from './build-pdf.ts';
import { framed, gateway, oru, RawClient, type TestGateway } from './gateway.ts';

const PDF = buildPdf(['FINDINGS:', 'The lungs are clear (both).', 'IMPRESSION:', 'No acute disease.']);
const CDA = `<?xml version="1.0"?><ClinicalDocument><component><structuredBody><component><section><code code="19005-8"/><text>Wrapped &amp; read.</text></section></component></structuredBody></component></ClinicalDocument>`;
const WRAPPED = `<ClinicalDocument><component><nonXMLBody><text representation="B64">${PDF.toString('base64')}</text></nonXMLBody></component></ClinicalDocument>`;

/** An ORU^R01 whose only OBX are these, after OBX-2. */
const message = (controlId: string, ...observations: string[]) =>
  oru(controlId, `D${controlId}`, 'x')
    .toString()
    .replace(/OBX\|.*\r/s, observations.map((one, n) => `OBX|${n + 1}|${one}\r`).join(''));
const ed = (type: string, encoding: string, data: string) =>
  `ED|PDF^Report||^${type}^${encoding}^${data}||||||F`;

describe('documents in messages', () => {
  const documents = new Documents();
  let made: TestGateway;
  before(async () => {
    made = await gateway({ maxFrameBytes: 20_000_000, maxUnfinishedBytes: 20_000_000, documents });
  });
  after(async () => {
    await made.listener.stop();
    await documents.stop();
  });

  async function partsOf(...observations: string[]) {
    const client = await RawClient.open(made.port);
    const controlId = randomBytes(4).toString('hex');
    const sent = message(controlId, ...observations);
    client.write(framed(sent));
    assert.deepEqual(await client.read(1, 15_000), [`AA ${controlId}`]);
    client.socket.destroy();
    const event = made.backends.reports.find((one) => one.message.controlId === controlId);
    assert.ok(event);
    // The original is kept, whole.
    const kept = made.backends.objects.get(`${event.caseId}/${event.raw.sha256}`);
    assert.equal(kept?.toString('latin1'), sent);
    return { parts: event.parts.map((part) => ({ ...part })), problem: event.problem };
  }

  const read = [
    { section: null, text: 'FINDINGS:\nThe lungs are clear (both).\nIMPRESSION:\nNo acute disease.' },
  ];

  it('the text of a PDF is the text of the report', async () => {
    for (const type of ['application^pdf', 'AP^PDF', 'IM^JPEG'])
      assert.deepEqual(await partsOf(ed(type, 'Base64', PDF.toString('base64'))), {
        parts: read,
        problem: null,
      });
  });

  it('a CDA gives its sections; one that wraps a PDF gives that', async () => {
    const sections = [{ section: 'IMPRESSION', text: 'Wrapped & read.' }];
    const base64 = Buffer.from(CDA).toString('base64');
    assert.deepEqual((await partsOf(ed('TEXT^XML', 'Base64', base64))).parts, sections);
    const escaped = CDA.replaceAll('&', '\\T\\');
    assert.deepEqual((await partsOf(ed('TEXT^x-hl7-cda-level-one', 'A', escaped))).parts, sections);
    const wrapped = Buffer.from(WRAPPED).toString('base64');
    assert.deepEqual((await partsOf(ed('TEXT^XML', 'Base64', wrapped))).parts, read);
  });

  it('plain text in a document is text', async () => {
    const text = Buffer.from('Größe normal.\r\nNo mass.').toString('base64');
    assert.deepEqual((await partsOf(ed('TEXT^PLAIN', 'Base64', text))).parts, [
      { section: null, text: 'Größe normal.\nNo mass.' },
    ]);
  });

  it('where the report stands in text too, the document is not read again', async () => {
    const { parts } = await partsOf(
      'TX|&IMP||Said in text.||||||F',
      ed('AP^PDF', 'Base64', PDF.toString('base64')),
    );
    assert.deepEqual(parts, [{ section: 'IMPRESSION', text: 'Said in text.' }]);
  });

  it('a document that cannot be read does not keep its message out, and says so', async () => {
    const broken = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(500)]).toString('base64');
    assert.deepEqual(await partsOf(ed('AP^PDF', 'Base64', broken)), {
      parts: [],
      problem: 'HL7_DOCUMENT_UNREADABLE',
    });
    const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><ClinicalDocument>&b;</ClinicalDocument>`;
    const encoded = Buffer.from(bomb).toString('base64');
    assert.equal((await partsOf(ed('TEXT^XML', 'Base64', encoded))).problem, 'HL7_DOCUMENT_UNREADABLE');
    // A picture holds no text that we could read.
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1]).toString('base64');
    assert.equal((await partsOf(ed('IM^JPEG', 'Base64', jpeg))).problem, 'HL7_NO_REPORT_TEXT');
  });

  it('a document of 10 MB in a message whose text stands beside it is not touched', async () => {
    const large = randomBytes(7_500_000).toString('base64');
    const { parts } = await partsOf('TX|&IMP||Normal.||||||F', ed('AP^PDF', 'Base64', large));
    assert.deepEqual(parts, [{ section: 'IMPRESSION', text: 'Normal.' }]);
  });

  it('a document that takes too long is given up, and the next one is read', async () => {
    const hasty = new Documents({ timeoutMs: 1 });
    const bytes = Buffer.from(message('T', ed('AP^PDF', 'Base64', PDF.toString('base64'))), 'latin1');
    assert.deepEqual([...(await hasty.read(bytes)).values()], [null]);
    await hasty.stop();
    assert.deepEqual((await partsOf(ed('AP^PDF', 'Base64', PDF.toString('base64')))).parts, read);
  });
});
