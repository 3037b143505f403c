import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { documentParts } from '../../../core/hl7/document-text.ts';
import { embeddedDocuments, mayHoldDocument, unreadDocuments } from '../../../core/hl7/embedded-document.ts';
import {
  MAX_DOCUMENTS_PER_MESSAGE,
  MAX_POINTING_WORDS,
  MAX_REPETITIONS,
  MIN_REPORT_WORDS,
} from '../../../core/hl7/limits.ts';
import { parseMessage } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { readReport } from '../../../core/text/reading.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { MSH, OBR, only, oru, PID, parsed, wire } from './messages.ts';

test('of the documents of one message so many are read, and the report says that there are more', () => {
  const content = Buffer.from('%PDF-1.4').toString('base64');
  const observations = Array.from(
    { length: MAX_DOCUMENTS_PER_MESSAGE + 1 },
    (_, n) => `OBX|${n + 1}|ED|PDF||^application^pdf^Base64^${content}`,
  );
  const header = 'MSH|^~\\&|RIS|HOSPITAL|||20260101||ORU^R01|1|P|2.5.1';
  const found = embeddedDocuments(parseMessage(Buffer.from([header, ...observations, ''].join('\r'))));
  assert.deepEqual(
    found.map(({ segment, contents }) => [segment, contents?.length ?? null]),
    Array.from({ length: MAX_DOCUMENTS_PER_MESSAGE + 1 }, (_, n) => [
      n + 1,
      n < MAX_DOCUMENTS_PER_MESSAGE ? 1 : null,
    ]),
  );
});

/** The one report of these OBX with its documents read, and what the labeler finds in it. */
async function read(...observations: string[]) {
  const lines = [MSH, PID, OBR, ...observations.map((one, n) => `OBX|${n + 1}|${one}`)];
  const message = parsed(...lines);
  const documents = embeddedDocuments(message);
  assert.equal(
    mayHoldDocument(wire(...lines)) || documents.length === 0,
    true,
    'it would not have been looked for',
  );
  const texts = unreadDocuments(documents);
  const readers = { charset: message.charset.label, pdf: async () => 'Read from a PDF.' };
  for (const { segment, contents } of documents) {
    const parts = (contents ?? []).map((content) => documentParts(content, readers));
    texts.set(
      segment,
      await Promise.all(parts).then(
        (all) => all.flat(),
        () => null,
      ),
    );
  }
  const { parts, problem } = only(reportsOf(message, { documents: texts }));
  const { text, findings } = readReport(parts);
  return {
    text,
    problem,
    found: findings.map(({ concept, assertion }) => `${concept} ${assertion}`).sort(),
    documents: documents.length,
  };
}

const TEXT = 'There is no\npneumothorax.\nSmall effusion.';
const FOUND = ['effusion PRESENT', 'pneumothorax ABSENT'];
const RTF =
  '{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Mass;}}{\\info{\\title Mass}}There is no\\par pneumothorax.\\par Small effusion.\\par}';
const HTML =
  '<html><head><style>.mass{}</style></head><body class="mass">There is no<br>pneumothorax.<p>Small&nbsp;effusion.</p></body></html>';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\E\\').replaceAll('&', '\\T\\').replaceAll('^', '\\S\\');
const pieces = (text: string, width: number): string[] =>
  text.match(new RegExp(`[^]{1,${width}}`, 'g')) ?? [];

describe('documents in OBX segments', () => {
  it('are found by what they are, whatever type and encoding say', async () => {
    for (const document of [RTF, HTML])
      for (const type of ['ED', 'RP', 'TX', 'FT', 'ST', 'RT', ''])
        for (const [how, data] of Object.entries({
          'as it is': document,
          escaped: escaped(document),
          'in Base64': base64(document),
          'in lines of Base64': pieces(base64(document), 76).join('\\.br\\'),
          'in lines as bytes': pieces(base64(document), 76).join('\\X0D0A\\'),
          'in raw lines': pieces(base64(document), 60).join('\r\n'),
          'in repetitions of Base64': pieces(base64(document), 76).join('~'),
          'with components': `RIS^TEXT^HTML^Base64^${base64(document)}`,
          'with empty components': `^^^^${base64(document)}`,
          'with wrong components': `RIS^AP^PDF^^${base64(document)}`,
        })) {
          const { text, problem, found } = await read(`${type}|A^Report||${data}||||||F`);
          assert.deepEqual([text, problem, found], [TEXT, null, FOUND], `${how} in ${type}: ${data}`);
        }
    for (const encoding of ['A', '', 'Base64', 'Hex'])
      assert.equal(
        (await read(`ED|A||RIS^TEXT^HTML^${encoding}^${escaped(HTML)}||||||F`)).text,
        TEXT,
        encoding,
      );
    assert.equal((await read(`ED|A||^TEXT^RTF^Hex^${Buffer.from(RTF).toString('hex')}||||||F`)).text, TEXT);
  });

  it('go on over segments and repetitions, cut anywhere or at ends of lines', async () => {
    const lines = (document: string): string[] => document.replace(/(<br>|<p>|\\par )/g, '$1\n').split('\n');
    for (const document of [RTF, HTML])
      for (const type of ['TX', 'ED']) {
        const cut = pieces(document, 45).map((piece) => `${type}|A||${piece}||||||F`);
        assert.deepEqual((await read(...cut)).text, TEXT, `${type} ${document}`);
        const byLine = lines(document).map((line) => `${type}|A||${escaped(line)}||||||F`);
        assert.deepEqual((await read(...byLine)).text, TEXT, `${type} ${document}`);
        assert.equal((await read(`${type}|A||${lines(document).map(escaped).join('~')}||||||F`)).text, TEXT);
        const coded = pieces(base64(document), 40).map((piece) => `${type}|A||^TEXT^^Base64^${piece}||||||F`);
        assert.equal((await read(...coded)).text, TEXT, `${type} ${document}`);
        const many = pieces(base64(document + ' '.repeat(MAX_REPETITIONS)), 1);
        if (type === 'ED') assert.equal((await read(`ED|A||^^^Base64^${many.join('~')}||||||F`)).text, TEXT);
      }
    const words = ['{\\rtf1\\ansi There is no', 'pneumothorax.\\par', 'Small effusion.', '}'];
    assert.equal(
      (await read(...words.map((line) => `TX|A||${line}||||||F`))).text.replace(' \n', '\n'),
      'There is no pneumothorax.\nSmall effusion.',
    );
    const split = ['There is no<br', '>pneumothorax.<style>', '.mass{}', '</style><br>Small effusion.'];
    assert.equal((await read(...split.map((line) => `TX|A||${line}||||||F`))).text, TEXT);
  });

  it('stand beside plain lines, which stay', async () => {
    const shown = `XR CHEST\n${TEXT}`;
    assert.equal((await read(`TX|A||XR CHEST||||||F`, `TX|A||${RTF}||||||F`)).text, shown);
    assert.equal((await read(`TX|A||XR CHEST~${HTML}||||||F`)).text, shown);
    assert.equal((await read(`TX|A||XR CHEST\\.br\\${escaped(RTF)}||||||F`)).text, shown);
    assert.equal((await read('TX|A||XR CHEST||||||F', `TX|A||${base64(HTML)}||||||F`)).text, shown);
    assert.equal(
      (await read('TX|&GDT||No mass.||||||F', `FT|&IMP||${HTML}||||||F`)).text,
      `No mass.\n\n${TEXT}`,
    );
    assert.equal((await read('TX|A||XR CHEST||||||F', `ED|A||${base64(RTF)}||||||F`)).text, shown);
  });

  it('are comments, too', async () => {
    const comments = parsed(
      MSH,
      PID,
      OBR,
      'OBX|1|TX|A||No mass.||||||F',
      `NTE|1||${escaped(HTML)}`,
      'NTE|2||End.',
    );
    const [document] = embeddedDocuments(comments);
    assert.deepEqual([document?.segment, document?.covers], [4, [5]]);
    const texts = new Map([
      [4, [{ section: null, text: TEXT }]],
      [5, []],
    ]);
    assert.deepEqual(
      only(reportsOf(comments, { documents: texts })).parts.map(({ text }) => text),
      ['No mass.', TEXT],
    );
  });

  it('are several in one field', async () => {
    assert.equal(
      (await read(`ED|A||^^^Base64^${base64(RTF)}~^^^Base64^${base64('%PDF-1.4 %%EOF')}||||||F`)).text,
      `${TEXT}\nRead from a PDF.`,
    );
    assert.equal(
      (await read(`ED|A||^^^^${base64(RTF)}||||||F`, `ED|A||^^^^${base64(HTML)}||||||F`)).text,
      `${TEXT}\n${TEXT}`,
    );
  });

  it('that cannot be read leave no words', async () => {
    for (const bad of [
      'TX|A||{\\rtf1{\\fonttbl Mass',
      'FT|A||No mass<br><style>.mass{',
      `TX|A||${base64('{\\rtf1{\\fonttbl Mass, no end of it to be seen')}`,
      `TX|A||${'UEsDBBQABgAIAAAAIQ'.repeat(6)}`,
      'TX|A||<p>No mass<style>.mass{',
      'TX|A||{rtf1ansi{fonttbl{f0 Mass;}} No mass.}',
      `ED|A||^AP^MSWORD^Base64^${'0M8R4KGxGuEAAAAA'.repeat(6)}`,
    ])
      assert.deepEqual(
        await read(`${bad}||||||F`),
        { text: '', problem: 'HL7_DOCUMENT_UNREADABLE', found: [], documents: 1 },
        bad,
      );
  });

  it('are not read beside a report in text, but beside one that is short or points to them', async () => {
    const file = `ED|A||^^^Base64^${base64('%PDF-1.4 %%EOF')}||||||F`;
    const words = (count: number, more = '') => `TX|A||${`${more} `}${'word '.repeat(count)}||||||F`;
    assert.equal((await read(words(MIN_REPORT_WORDS), file)).documents, 0);
    assert.equal((await read(words(MIN_REPORT_WORDS - 1), file)).documents, 1);
    assert.equal((await read(words(MAX_POINTING_WORDS - 2, 'attached'), file)).documents, 1);
    assert.equal((await read(words(MAX_POINTING_WORDS, 'attached'), file)).documents, 0);
    // Text of another examination is none of this one.
    const two = oru(`OBX|1|${words(MIN_REPORT_WORDS)}`, 'OBR|2||F2', `OBX|2|${file}`);
    assert.equal(embeddedDocuments(two).length, 1);
    // Its source is not taken for text, whatever stands beside it.
    const inText = `TX|B||${base64('%PDF-1.4 and more %%EOF')}||||||F`;
    assert.ok((await read(words(MIN_REPORT_WORDS), inText)).text.endsWith('Read from a PDF.'));
  });

  it('are none in plain reports and their numbers', async () => {
    for (const plain of [
      'A nodule of <5 mm. T1 < T2 {see note} & more.',
      'PA & LATERAL; size<b and >3; <NAME> of R&D; [x] {1}',
      'C:\\scans\\T\\old \\H\\bold\\N\\ \\.br\\next \\E\\x',
      '1.2.840.113619.2.55.3.604688119.971.1234567890.1',
      'A1B2C3D4E5F6A7B8',
      'https://viewer.example.invalid/open?id=1&series=2',
      'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ',
      '-----BEGIN REPORT-----~====================================================~________________________________________________________________',
    ])
      assert.equal((await read(`TX|A||${plain}||||||F`)).documents, 0, plain);
  });

  it('are looked for in a time in proportion to the length of the message', () => {
    const wrap = [
      (text: string) => [`OBX|1|TX|A||${text}`],
      (text: string) => [`OBX|1|ED|A||^^^Base64^${text}`],
      (text: string) => pieces(text, 60).map((line) => `OBX|1|FT|A||${line}`),
      (text: string) => pieces(text, 60).map((line) => `OBX|1|ED|A||${line}`),
    ];
    for (const piece of [
      '<',
      '<a ',
      '</',
      '{\\rtf1 ',
      '{\\rtf1 ab\\par}',
      '\\par x',
      '&a',
      '&amp;',
      'QUJD',
      'JVBERi0x',
      '^',
      '^^^^',
      '~',
      '<?xml ',
      '<!--',
      '\\.br\\',
      ' ',
      'MIME-Version:',
      '<html',
      'a ',
    ])
      for (const observations of wrap) {
        const lines = [MSH, PID, OBR, ...observations(piece.repeat(150_000 / piece.length))];
        const before = cpuMs();
        mayHoldDocument(wire(...lines));
        embeddedDocuments(parsed(...lines));
        assert.ok(cpuMs() - before < 2_000, `${piece} took ${cpuMs() - before} ms`);
      }
  });
});
