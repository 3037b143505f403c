import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { embeddedDocuments } from '../../../core/hl7/embedded-document.ts';
import { OBSERVATION_STATUSES } from '../../../core/hl7/observation-status.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { MSH, OBR, only, oru, PID, parsed } from './messages.ts';

const WITHOUT_STATUS = OBR.replace(/\|F$/, '|');
const withStatus = (code: string, text = 'Rib fracture.'): string => `OBX|2|TX|&GDT||${text}||||||${code}`;
const textOf = (...observations: string[]): string =>
  only(reportsOf(oru(...observations)))
    .parts.map(({ text }) => text)
    .join('\n');

describe('OBX-11, table 0085', () => {
  const read = ['A', 'B', 'C', 'F', 'P', 'R', 'S', 'U', 'V'];
  const withdrawn = ['D', 'W'];
  const noResult = ['I', 'N', 'O', 'X'];

  it('every code of the table is decided', () => {
    assert.deepEqual(Object.keys(OBSERVATION_STATUSES), [...read, ...withdrawn, ...noResult].sort());
  });

  for (const code of read)
    it(`${code}: the line is read`, () => {
      const report = only(reportsOf(oru('OBX|1|TX|&GDT||Clear lungs.||||||F', withStatus(code))));
      assert.deepEqual(report.parts, [{ section: 'FINDINGS', text: 'Clear lungs.\nRib fracture.' }]);
      assert.deepEqual([report.withdrawnLines, report.linesWithoutResult, report.problem], [0, 0, null]);
    });

  for (const code of withdrawn)
    it(`${code}: the line is withdrawn, and counted`, () => {
      const report = only(reportsOf(oru('OBX|1|TX|&GDT||Clear lungs.||||||F', withStatus(code))));
      assert.deepEqual(report.parts, [{ section: 'FINDINGS', text: 'Clear lungs.' }]);
      assert.deepEqual([report.withdrawnLines, report.linesWithoutResult, report.problem], [1, 0, null]);
    });

  for (const code of noResult)
    it(`${code}: the line is no result, and counted`, () => {
      const report = only(reportsOf(oru('OBX|1|TX|&GDT||Clear lungs.||||||F', withStatus(code))));
      assert.deepEqual(report.parts, [{ section: 'FINDINGS', text: 'Clear lungs.' }]);
      assert.deepEqual([report.withdrawnLines, report.linesWithoutResult, report.problem], [0, 1, null]);
    });

  it('in small letters, with its text beside it, and in words', () => {
    for (const code of ['d', ' W ', 'D^Deletes the OBX record^HL70085', 'Deleted', 'entered in error'])
      assert.equal(textOf('OBX|1|TX|||Clear.||||||F', withStatus(code)), 'Clear.', code);
    for (const code of ['', '""', '??', 'Prelim', 'F<R>'])
      assert.match(textOf('OBX|1|TX|||Clear.||||||F', withStatus(code)), /Rib fracture/, code);
  });

  it('in every message type and every type of text', () => {
    for (const type of ['TX', 'FT', 'ST', 'RT', ''])
      assert.equal(textOf('OBX|1|TX|||Clear.', `OBX|2|${type}|||Rib fracture.||||||D`), 'Clear.');
    const mdm = parsed(
      MSH.replace('ORU^R01', 'MDM^T02'),
      PID,
      'TXA|1|DI|TX|||||||||DOC-7|||||AU',
      'OBX|1|TX|||Rib fracture.||||||W',
      'OBX|2|TX|||Clear.||||||F',
    );
    const report = only(reportsOf(mdm));
    assert.deepEqual([report.parts, report.withdrawnLines], [[{ section: null, text: 'Clear.' }], 1]);
  });

  it('a version of which every line is withdrawn has no text, says so, and is a version all the same', () => {
    for (const lines of [
      [withStatus('D'), withStatus('W')],
      ['OBX|1||||||||||D', 'OBX|2|TX|&IMP||""||||||D'],
    ]) {
      const report = only(reportsOf(oru(...lines)));
      assert.deepEqual([report.parts, report.withdrawnLines], [[], 2]);
      assert.deepEqual([report.status, report.problem], ['FINAL', 'HL7_TEXT_WITHDRAWN']);
    }
    assert.equal(only(reportsOf(oru(withStatus('X')))).problem, 'HL7_NO_RESULT');
    assert.equal(only(reportsOf(oru(withStatus('X'), withStatus('D')))).problem, 'HL7_TEXT_WITHDRAWN');
  });

  it('where OBR-25 is empty the status is that of a line that is read', () => {
    const statusOf = (...observations: string[]): string =>
      only(reportsOf(parsed(MSH, PID, WITHOUT_STATUS, ...observations))).status;
    assert.equal(statusOf(withStatus('D'), withStatus('C')), 'CORRECTED');
    assert.equal(statusOf(withStatus('X'), withStatus('F')), 'FINAL');
    assert.equal(statusOf(withStatus('D'), withStatus('')), 'PRELIMINARY');
    assert.equal(statusOf(withStatus('D')), 'CANCELLED');
    assert.equal(statusOf(withStatus('W'), 'NTE|1||About it.'), 'CANCELLED');
    for (const [code, { use, status }] of Object.entries(OBSERVATION_STATUSES))
      if (use === 'READ') assert.equal(statusOf(withStatus(code)), status, code);
  });

  it('a withdrawn document is not read, and hides none that is not', () => {
    const document = (status: string, content = 'Q2xlYXIgbHVuZ3Mu') =>
      `OBX|1|ED|PDF||^TEXT^^Base64^${content}||||||${status}`;
    assert.equal(embeddedDocuments(oru(document('F'))).length, 1);
    for (const status of ['D', 'W', 'X', 'N', 'I', 'O'])
      assert.deepEqual(embeddedDocuments(oru(document(status))), [], status);
    const besideText = embeddedDocuments(oru(withStatus('D'), document('F')));
    assert.deepEqual(
      besideText.map(({ segment }) => segment),
      [4],
    );
    const report = only(reportsOf(oru(document('D'))));
    assert.deepEqual([report.withdrawnLines, report.problem], [1, 'HL7_TEXT_WITHDRAWN']);
  });

  it('withdrawn lines of values and codes are no text, and are not counted', () => {
    const report = only(reportsOf(oru('OBX|1|TX|||Clear.', 'OBX|2|NM|DOSE||12|mSv|||||D')));
    assert.equal(report.withdrawnLines, 0);
  });
});
