import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentParts } from '../../../core/hl7/document-text.ts';
import { MAX_DOCUMENT_WRAPPERS } from '../../../core/hl7/limits.ts';

const read = async (content: Buffer | string, charset = 'ascii') =>
  documentParts(content, { charset, pdf: async (bytes) => `PDF of ${bytes.length} bytes` });
const textOf = async (content: Buffer | string, charset?: string): Promise<string> =>
  (await read(content, charset)).map(({ text }) => text).join('\n');

const RTF = String.raw`{\rtf1\ansi{\fonttbl{\f0 Arial;}}There is no\par pneumothorax.\par}`;
const HTML = '<html><head><style>mass</style></head><body>There is no<br>pneumothorax.</body></html>';
const SAID = 'There is no\npneumothorax.';
const base64 = (text: string | Buffer): string => Buffer.from(text as string).toString('base64');

describe('the text of a document', () => {
  it('is read from RTF and HTML, whole or in part, as bytes or as text', async () => {
    for (const one of [
      RTF,
      Buffer.from(RTF),
      `\ufeff${RTF}`,
      `${RTF}\u0000\u0000`,
      RTF.replaceAll('\\', '\\\\'),
      String.raw`\pard\b There is no\b0\par pneumothorax.\par`,
      String.raw`There is no\par pneumothorax.\par`,
      HTML,
      Buffer.from(HTML),
      Buffer.from(`\ufeff${HTML}`, 'utf16le'),
      Buffer.from(HTML, 'utf16le'),
      'There is no<br>pneumothorax.',
      '<P>There is no\n<P>pneumothorax.',
      '&lt;p&gt;There is no&lt;/p&gt;&lt;p&gt;pneumothorax.&lt;/p&gt;',
      'There is&nbsp;no\npneumothorax&#46;',
    ])
      assert.equal(await textOf(one), SAID, String(one));
  });

  it('is read through what wraps it', async () => {
    for (const one of [
      base64(RTF),
      base64(HTML).replace(/.{20}/g, '$&\n'),
      base64(base64(HTML)),
      `data:text/html;base64,${base64(HTML)}`,
      `<![CDATA[${HTML}]]>`,
      `<?xml version="1.0"?><report id="mass"><code>mass</code><text><![CDATA[${HTML}]]></text></report>`,
      `<report><text>${HTML.replaceAll('<', '&lt;')}</text></report>`,
      `<?xml version="1.0"?><r><data>${base64(RTF)}</data></r>`,
      `<?xml version="1.0"?><r><![CDATA[${SAID}]]></r>`,
      `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">\n${HTML.replace('<html>', '<html xmlns="http://www.w3.org/1999/xhtml">')}`,
      `MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(HTML)}`,
      `Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n${SAID}\r\n--b\r\nContent-Type: text/html\r\n\r\n${HTML}\r\n--b--`,
      `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: application/rtf\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(RTF)}\r\n--b\r\nContent-Type: image/png\r\n\r\nmass\r\n--b--`,
      `<ClinicalDocument><component><nonXMLBody><text mediaType="text/rtf" representation="B64">${base64(RTF)}</text></nonXMLBody></component></ClinicalDocument>`,
    ])
      assert.equal(await textOf(one), SAID, one);
    assert.equal(await textOf(base64('%PDF-1.4 and more')), 'PDF of 17 bytes');
  });

  it('plain text before, between and behind documents stays', async () => {
    assert.equal(
      await textOf(`CHEST\n${RTF}\nand\n${HTML}\nSigned.`),
      `CHEST\n${SAID}\nand\n${SAID}\nSigned.`,
    );
    assert.equal(
      await textOf(`Please see:\n${base64(`${HTML}.`)}\nSigned by A.`),
      `Please see:\n${SAID}\n.\nSigned by A.`,
    );
    assert.equal(await textOf(`${RTF}${RTF}`), `${SAID}\n${SAID}`);
  });

  it('plain text is as it is', async () => {
    for (const text of ['T1 < T2, {a} <5 mm & more', 'PA & LATERAL <NAME>', 'one\n\ntwo'])
      assert.equal(await textOf(text), text);
  });

  it('bytes are read in the character set that they are in, or say, or that the message has', async () => {
    const german = '<meta charset="iso-8859-1"><p>Größe</p>';
    assert.equal(await textOf(Buffer.from(german, 'latin1')), 'Größe');
    assert.equal(await textOf(Buffer.from(german, 'utf8')), 'Größe');
    assert.equal(
      await textOf(Buffer.from([0x3c, 0x70, 0x3e, 0xe8, 0x3c, 0x2f, 0x70, 0x3e]), 'iso-8859-2'),
      'č',
    );
    assert.equal(await textOf(Buffer.from([0x50, 0x93, 0x51, 0x94])), 'P“Q”');
    assert.equal(await textOf(Buffer.from('{\\rtf1\\ansi Größe}', 'utf8')), 'Größe');
    assert.equal(await textOf(Buffer.from('{\\rtf1\\ansi Größe}', 'latin1')), 'Größe');
  });

  it('what is no document that is known, or is broken, is not read', async () => {
    for (const bad of [
      Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 1, 2]),
      Buffer.alloc(0),
      '{rtf1ansi{fonttbl{f0 Arial;}}No mass.par }',
      '<?xml version="1.0"?><report><code>mass</code></report>',
      '<?xml version="1.0"?><report><![CDATA[No mass.',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><report>&d;</report>',
      'MIME-Version: 1.0\r\nContent-Type: image/png\r\n\r\nabc',
      `<p>a</p>${'<div>'.repeat(100_000)}`,
      '{\\rtf1'.repeat(100_000),
      'Q2fkJz'.repeat(30),
    ])
      await assert.rejects(read(bad), { code: 'HL7_DOCUMENT_UNREADABLE' }, String(bad).slice(0, 60));
    let wrapped = HTML;
    for (let n = 0; n <= MAX_DOCUMENT_WRAPPERS; n++) wrapped = base64(wrapped);
    await assert.rejects(read(wrapped), { code: 'HL7_DOCUMENT_UNREADABLE' });
  });
});
