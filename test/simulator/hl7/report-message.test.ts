import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage, textAt } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { planCase } from '../../../simulator/case.ts';
import { asciiOnly } from '../../../simulator/hl7/report-message.ts';

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

test('the whole text of every report survives the way through our HL7 parser, in every layout', () => {
  for (let n = 0; n < 300; n++) {
    const { order, reports } = planCase(3, n);
    for (const version of reports) {
      const [report, ...more] = reportsOf(parseMessage(version.message));
      assert.equal(more.length, 0);
      assert.ok(report !== undefined && report.problem === null);
      const read = words(report.parts.map((part) => part.text).join('\n'));
      const written = words(version.text);
      // An OBX with a section suffix carries its heading in OBX-3.
      const bySection = report.parts.some((part) => part.section === 'IMPRESSION');
      const expected = bySection
        ? written.filter((word) => !/^(IMPRESSION|CONCLUSION|ADDENDUM):$/.test(word))
        : written;
      assert.deepEqual(read, expected);
      assert.equal(report.status, version.status);
      assert.equal(report.effectiveAt, version.effectiveAt);
      assert.equal(report.observedAt, order.observedAt);
      assert.deepEqual(
        report.accessions.map(({ value }) => value),
        [order.accession],
      );
      assert.equal(report.identity.fillerNumber, version.fillerNumber);
      assert.equal(report.procedure.text, order.procedure.text);
    }
  }
});

test('patients read back as they are, where the character set of the sender has their letters', () => {
  const seen = new Set<string>();
  for (let n = 0; n < 400; n++) {
    const { order, reports } = planCase(3, n);
    const { facility, patient } = order;
    const message = parseMessage(reports[0]?.message ?? Buffer.alloc(0));
    const spelled = (name: string) => (facility.characterSet === '' ? asciiOnly(name) : name);
    assert.equal(textAt(message, 'PID-5.1'), spelled(patient.familyName));
    assert.equal(textAt(message, 'PID-5.2'), spelled(patient.givenName));
    assert.equal(textAt(message, 'PID-3.1'), patient.identifier);
    assert.equal(textAt(message, 'PID-3.4'), patient.issuer);
    if (/[^\u0000-\u007f]/.test(patient.familyName + patient.givenName)) seen.add(facility.code);
  }
  assert.deepEqual([...seen].sort(), ['HARBOUR', 'LAKESIDE', 'NORTHGATE']);
});
