import assert from 'node:assert/strict';
import test from 'node:test';
import { cdaText } from '../../../core/hl7/cda.ts';
import { MAX_CDA_DEPTH } from '../../../core/hl7/limits.ts';

const cda = (body: string) =>
  `<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Radiology report</title><component>${body}</component></ClinicalDocument>`;
const section = (code: string, title: string, text: string) =>
  `<component><section><code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><title>${title}</title><text>${text}</text></section></component>`;

test('sections are named by their LOINC code or their title, blocks stand on lines of their own', () => {
  const body = [
    section(
      '18782-3',
      'Befund',
      '<paragraph>Heart size is  normal.</paragraph><list><item>No &lt;effusion&gt;</item><item>No pneumothorax</item></list>',
    ),
    section('', 'Impression', '<content styleCode="Bold">No acute</content> disease.<br/>Follow up.'),
    section('', 'Dose', '<table><tbody><tr><td>CTDI</td><td>4 mGy</td></tr></tbody></table>'),
  ].join('');
  assert.deepEqual(cdaText(cda(`<structuredBody>${body}</structuredBody>`)), {
    parts: [
      { section: 'FINDINGS', text: 'Heart size is normal.\nNo <effusion>\nNo pneumothorax' },
      { section: 'IMPRESSION', text: 'No acute disease.\nFollow up.' },
      { section: null, text: 'Dose:\nCTDI 4 mGy' },
    ],
    wrapped: null,
  });
});

test('coded entries are not read as text, and sections in sections keep their order', () => {
  const inner = section('19005-8', 'Conclusion', 'Normal.');
  const outer = `<section><code code="18782-3"/><text>Lungs clear.</text><entry><observation><text>coded</text></observation></entry>${inner}</section>`;
  assert.deepEqual(
    cdaText(cda(`<structuredBody><component>${outer}</component></structuredBody>`)).parts.map(
      (part) => part.text,
    ),
    ['Lungs clear.', 'Normal.'],
  );
});

test('a wrapped file is handed out', () => {
  const wrapped = Buffer.from('%PDF-1.4 and so on');
  const text = `<text mediaType="application/pdf" representation="B64">\n${wrapped.toString('base64')}\n</text>`;
  assert.deepEqual(cdaText(cda(`<nonXMLBody>${text}</nonXMLBody>`)).wrapped, wrapped);
});

test('what is no plain XML is refused: entities, broken nesting, no end, too deep', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${cda('&b;')}`;
  const deep = cda('<a>'.repeat(MAX_CDA_DEPTH + 1));
  for (const xml of [bomb, cda('<a></b>'), '<ClinicalDocument>', deep, cda('&unknown;'), ''])
    assert.throws(() => cdaText(xml), { code: 'HL7_DOCUMENT_UNREADABLE' });
});
