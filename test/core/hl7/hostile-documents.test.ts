import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DocumentReaders, documentParts } from '../../../core/hl7/document-text.ts';
import { embeddedDocuments } from '../../../core/hl7/embedded-document.ts';
import { HiddenBySheet } from '../../../core/hl7/html-styles.ts';
import { isXml } from '../../../core/hl7/xml-wrapper.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { MSH, PID, parsed } from './messages.ts';

const READERS: DocumentReaders = { pdf: () => Promise.resolve(''), charset: 'utf-8' };
/** Work that grows with the square of the length takes minutes for these. */
const SOON_MS = 3_000;

/** Processor time of reading, well or not. */
async function costOf(content: string | Buffer): Promise<number> {
  const began = cpuMs();
  await documentParts(content, READERS).catch(() => []);
  return cpuMs() - began;
}

describe('documents that want to keep us busy', () => {
  it('many segments with one `<` behind thousands of blanks', () => {
    const braces = Array.from({ length: 24 }, (_, n) => `OBX|${n}|TX|${n}||{${'{'.repeat(4_000)}`);
    const blanks = Array.from({ length: 240 }, (_, n) => `OBX|${n}|TX|a${n}||${' '.repeat(4_085)}< x`);
    const message = parsed(MSH, PID, 'OBR|1||F1', ...braces, ...blanks);
    const began = cpuMs();
    embeddedDocuments(message);
    assert.ok(cpuMs() - began < SOON_MS);
  });

  it('XML behind comments that never end in a root', () => {
    const began = cpuMs();
    assert.equal(isXml(`${'<!---->'.repeat(500)}x`), false);
    assert.equal(isXml(`${'<!---->'.repeat(30)}x`), false);
    assert.equal(isXml(`${'<!doctype a>'.repeat(300)}x`), false);
    assert.ok(cpuMs() - began < SOON_MS);
  });

  it('XML is still known behind blanks, a declaration, comments and a document type', () => {
    assert.equal(isXml(' \n<report>x</report>'), true);
    assert.equal(
      isXml('\ufeff<?xml version="1.0"?>\n<!-- a --> <!DOCTYPE r [ <!ELEMENT r ANY> ]>\n<r>x'),
      true,
    );
    assert.equal(isXml('<!-- a --><!-- b --><report>x</report>'), true);
    assert.equal(isXml('<?xml version="1.0"?><html><body>x</body></html>'), false);
    assert.equal(isXml('<5 mm nodule'), false);
  });

  it('a style sheet of comments that are not closed', () => {
    const sheet = new HiddenBySheet();
    const began = cpuMs();
    sheet.add('/*'.repeat(50_000));
    sheet.add('/* *'.repeat(50_000));
    assert.ok(cpuMs() - began < SOON_MS);
    sheet.add('/* a */ <!-- .old { display: none } /**/ .new { color: red } --> /* .c { display: none }');
    assert.equal(sheet.hides('p', { class: 'old' }), true);
    assert.equal(sheet.hides('p', { class: 'new' }), false);
    assert.equal(sheet.hides('p', { class: 'c' }), false);
  });

  const MIME = 'Content-Type: multipart/mixed; boundary=b\n\n';
  const repeats: [head: string, repeat: string][] = [
    ['{\\rtf1 ', '{'],
    ['{\\rtf1 ', '{}'],
    ['{\\rtf1 ', "\\'"],
    ['{\\rtf1 ', "\\'e9"],
    ['{\\rtf1 ', '\\u'],
    ['{\\rtf1 ', '\\u8364?'],
    ['{\\rtf1 ', '{\\fonttbl{\\f1 a;}}'],
    ['{\\rtf1 ', '\\f1'],
    ['', '{\\rtf1 a}'],
    ['', '{\\rtf'],
    ['', '{  '],
    [MIME, '--b\n'],
    [MIME, '--b\n\n'],
    [MIME, '--b--\n'],
    [MIME, '--b\nContent-Type: multipart/mixed; boundary=c\n\n'],
    [MIME, '--b\nContent-Type: text/html\n\n<p>a\n'],
    ['Content-Type: text/plain\n', 'X: a\n'],
    ['Content-Type: text/plain; ', 'a*0=b; '],
    ['Content-Type: text/html\n\n', '<'],
    ['Content-Type: text/plain\n\n', '&'],
    ['', '<'],
    ['', '&'],
    ['', '&#'],
    ['', '&lt;'],
    ['', '<html>'],
    ['', '<html></html>'],
    ['', '</html '],
    ['<p>a</p>', '<p'],
    ['<p>a</p>', '<p a="'],
    ['<p>a</p>', '<!--'],
    ['<style>', '/*'],
    ['', '<style>a{display:none}</style>'],
    ['<?xml version="1.0"?>', '<!---->'],
    ['<?xml version="1.0"?><a>', '&'],
    ['<?xml version="1.0"?><a>', '<![CDATA['],
    ['<![CDATA[', ']]>'],
    ['', '\n^'],
    ['', 'a\n'],
    ['a', ' '],
    ['data:', 'a;'],
  ];
  for (const [head, repeat] of repeats)
    it(`${JSON.stringify(head.slice(0, 24))} and very many ${JSON.stringify(repeat)}`, async () => {
      for (const length of [10_000, 100_000]) {
        const content = head + repeat.repeat(length / repeat.length);
        const cost = await costOf(content);
        assert.ok(cost < SOON_MS, `${length} chars: ${Math.round(cost)} ms`);
      }
    });
});
