import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it, type TestContext } from 'node:test';
import { moduleBeside } from '../../../platform/concurrency/worker-thread.ts';
import { Documents } from '../../../services/hl7-gateway/documents.ts';
import { buildPdf, buildPdfBomb } from './build-pdf.ts';
import { framed, gateway, oru, RawClient, type TestGateway } from './gateway.ts';

const PDF = buildPdf(['FINDINGS:', 'The lungs are clear (both).', 'IMPRESSION:', 'No acute disease.']);
const CDA = `<?xml version="1.0"?><ClinicalDocument><component><structuredBody><component><section><code code="19005-8"/><text>Wrapped &amp; read.</text></section></component></structuredBody></component></ClinicalDocument>`;
const WRAPPED = `<ClinicalDocument><component><nonXMLBody><text representation="B64">${PDF.toString('base64')}</text></nonXMLBody></component></ClinicalDocument>`;

const PATIENT = 60_000;

/** An ORU^R01 whose only OBX are these, after OBX-2. */
const message = (controlId: string, ...observations: string[]) =>
  oru(controlId, `D${controlId}`, 'x')
    .toString()
    .replace(/OBX\|.*\r/s, observations.map((one, n) => `OBX|${n + 1}|${one}\r`).join(''));
const ed = (type: string, encoding: string, data: string) =>
  `ED|PDF^Report||^${type}^${encoding}^${data}||||||F`;

describe('documents in messages', () => {
  // Patient: on a busy machine a reader starts slowly.
  const documents = new Documents({ waitMs: PATIENT });
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
    const said = 'The lungs are clear, and there is no effusion. '.repeat(5).trim();
    const { parts } = await partsOf(
      `TX|&IMP||${said}||||||F`,
      ed('AP^PDF', 'Base64', PDF.toString('base64')),
    );
    assert.deepEqual(parts, [{ section: 'IMPRESSION', text: said }]);
  });

  it('where the text beside it is short, or points to it, both are read', async () => {
    const file = ed('AP^PDF', 'Base64', PDF.toString('base64'));
    const pointing = `${'Thank you for sending this patient. '.repeat(12)}Please see the attached report.`;
    for (const said of ['Please see the attached PDF.', 'Normal.', pointing]) {
      const { parts } = await partsOf(`TX|NOTE^Note||${said}||||||F`, file);
      assert.deepEqual(parts, [{ section: null, text: said }, ...read], said);
    }
    const broken = ed('AP^PDF', 'Base64', PDF.subarray(0, 60).toString('base64'));
    assert.deepEqual(await partsOf('TX|NOTE^Note||See PDF.||||||F', broken), {
      parts: [{ section: null, text: 'See PDF.' }],
      problem: 'HL7_DOCUMENT_UNREADABLE',
    });
  });

  it('a PDF is one without a type, in lines, and as a text', async () => {
    const base64 = PDF.toString('base64');
    const lines = (end: string) => base64.replace(/.{76}/g, `$&${end}`);
    for (const observation of [
      `ED|PDF^Report||^^^^${base64}||||||F`,
      `|PDF^Report||^^^^${base64}||||||F`,
      `ED|PDF^Report||${base64}||||||F`,
      ...['\\X0D0A\\', '\\.br\\', '\r\n', '\n', ' ', '~', '\\X0A\\'].map((end) =>
        ed('AP^PDF', 'Base64', lines(end)),
      ),
      `TX|PDF^Report||${base64}||||||F`,
      `FT|PDF^Report||${lines('\\.br\\')}||||||F`,
      `TX|PDF^Report||${lines('~')}||||||F`,
    ])
      assert.deepEqual(await partsOf(observation), { parts: read, problem: null }, observation.slice(0, 60));
    const pieces = lines('|')
      .split('|')
      .map((line) => `ED|PDF^Report||^AP^PDF^Base64^${line}||||||F`);
    assert.deepEqual((await partsOf(...pieces)).parts, read);
  });

  it('RTF and HTML are read in a process, whatever their type, and broken ones say so', async () => {
    const said = { parts: [{ section: 'FINDINGS', text: 'There is no\npneumothorax.' }], problem: null };
    const html = 'There is no<br>pneumothorax.';
    const rtf = '{\\rtf1\\ansi{\\fonttbl{\\f0 Mass;}}There is no\\par pneumothorax.\\par}';
    for (const type of ['TX', 'FT', 'ST', 'RT', '', 'ED', 'RP'])
      for (const text of [`<html>${html}</html>`, rtf, rtf.replaceAll('\\', '\\E\\')])
        assert.deepEqual(await partsOf(`${type}|&GDT||${text}||||||F`), said, `${type} ${text}`);
    assert.deepEqual(await partsOf(`TX|&GDT||${html}||||||F`), said);
    assert.deepEqual(await partsOf('TX|&GDT||There is no<br>||||||F', 'TX|&GDT||pneumothorax.||||||F'), said);
    const broken = { parts: [], problem: 'HL7_DOCUMENT_UNREADABLE' };
    assert.deepEqual(await partsOf('TX|&GDT||{\\rtf1{\\fonttbl There is no mass||||||F'), broken);
    assert.deepEqual(await partsOf(`TX|&GDT||${'<div>'.repeat(100_000)}mass||||||F`), broken);
  });

  it('many small ones of one sender wait together', async () => {
    const client = await RawClient.open(made.port);
    const sent = Array.from({ length: 200 }, (_, n) => message(`S${n}`, `TX|&GDT||No<br>mass ${n}.||||||F`));
    client.write(framed(...sent));
    assert.deepEqual(
      await client.read(200, 60_000),
      sent.map((_, n) => `AA S${n}`),
    );
    client.socket.destroy();
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

  it('a document that takes too long is given up, and the next one is read', async (t) => {
    const readBy = slowReader(t, { waitMs: PATIENT, readMs: 300 });
    assert.deepEqual(await readBy('hang', 'one'), [null]);
    assert.deepEqual(await readBy('quick', 'one'), [[{ section: null, text: 'quick' }]]);
  });

  it('a slow document of one sender leaves those of others readable; behind it, the time of the next does not run', async (t) => {
    const readBy = slowReader(t, { waitMs: 500, readMs: PATIENT });
    const warm = async (sender: string): Promise<unknown> =>
      readBy('quick', sender).catch(() => warm(sender));
    await Promise.all([warm('slow'), warm('other')]);
    const first = readBy('sleep 1500', 'slow');
    const behind = readBy('quick', 'slow');
    const other = readBy('sleep 700', 'other');
    await assert.rejects(behind, { code: 'HL7_DOCUMENT_WAITING' });
    assert.deepEqual(await other, [[{ section: null, text: 'sleep 700' }]]);
    assert.deepEqual(await first, [[{ section: null, text: 'sleep 1500' }]]);
  });

  it('what was not begun is to be sent again, and nothing is kept of it', async () => {
    const none = new Documents({ answerTimeoutMs: 1 });
    const outcomes: unknown[] = [];
    const onOutcome = (outcome: unknown) => outcomes.push(outcome);
    const { port, backends, listener } = await gateway({ documents: none, onOutcome });
    const client = await RawClient.open(port);
    client.write(framed(message('W1', ed('AP^PDF', 'Base64', PDF.toString('base64')))));
    assert.deepEqual(await client.read(1), ['AR W1']);
    assert.ok(client.answers[0]?.includes('HL7_DOCUMENT_WAITING'));
    assert.deepEqual(
      [backends.objects.size, backends.reports.length, backends.deadLetters.length],
      [0, 0, 0],
    );
    assert.deepEqual(outcomes, [], 'it says nothing about whether we can keep things');
    client.socket.destroy();
    await listener.stop();
    await none.stop();
  });

  it('the documents of a batch have one time together: what is left then is not read, and all of it is kept', async (t) => {
    const slow = new Documents({
      waitMs: PATIENT,
      readMs: PATIENT,
      reader: moduleBeside(import.meta.url, 'slow-reader'),
    });
    t.after(() => slow.stop());
    const { port, backends, listener } = await gateway({ documents: slow, answerTimeoutMs: 1_000 });
    t.after(() => listener.stop());
    const text = (words: string) => ed('TEXT^PLAIN', 'Base64', Buffer.from(words).toString('base64'));
    const batch = ['hang', 'quick', 'quick', 'quick'].map((words, n) => message(`L${n}`, text(words)));
    const client = await RawClient.open(port);
    client.write(framed(`BHS|^~\\&\r${batch.join('')}BTS|4\r`));
    await client.read(1, 60_000);
    assert.equal(client.answers[0]?.toString().match(/MSA\|AA\|L\d/g)?.length, 4);
    assert.deepEqual(
      backends.reports.map(({ parts, problem }) => [parts.length, problem]),
      batch.map(() => [0, 'HL7_DOCUMENT_UNREADABLE']),
    );
    assert.equal(backends.objects.size, 4);
    client.socket.destroy();
  });

  it('a PDF that inflates to more than its reader may have is given up in a process of its own', async (t) => {
    if (process.platform !== 'linux') return t.skip('only Linux limits the memory of a process');
    const bomb = buildPdfBomb(64 * 1024 * 1024);
    assert.ok(bomb.length < 4_000);
    const tight = new Documents({ waitMs: PATIENT, readMs: PATIENT, maxMemoryMb: 192 });
    t.after(() => tight.stop());
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 20);
    const bytes = Buffer.from(message('B1', ed('AP^PDF', 'Base64', bomb.toString('base64'))), 'latin1');
    const texts = [...(await tight.read(bytes, 'one')).values()];
    clearInterval(watch);
    assert.deepEqual(texts, [null]);
    assert.ok(most - before < 100 * 1024 * 1024, `${most - before} bytes more`);
  });
});

/** Reads texts with `slow-reader.ts`. */
function slowReader(t: TestContext, times: { waitMs: number; readMs: number }) {
  const hasty = new Documents({ ...times, reader: moduleBeside(import.meta.url, 'slow-reader') });
  t.after(() => hasty.stop());
  return async (text: string, sender: string) => {
    const data = Buffer.from(text).toString('base64');
    const bytes = Buffer.from(message('T', ed('TEXT^PLAIN', 'Base64', data)), 'latin1');
    return [...(await hasty.read(bytes, sender)).values()];
  };
}
