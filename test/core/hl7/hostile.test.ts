import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_REPETITIONS, MAX_REPORTS_PER_MESSAGE } from '../../../core/hl7/limits.ts';
import { repetitions } from '../../../core/hl7/message.ts';
import { modalityOf } from '../../../core/hl7/modality.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { sectionOf } from '../../../core/hl7/section-code.ts';
import { MSH, PID, parsed } from './messages.ts';

/** Each of these messages took minutes, or all memory, with a reader that does the same work for each OBR. */
const SOON_MS = 5_000;
const obrs = (count: number): string[] => Array.from({ length: count }, (_, n) => `OBR|${n}||F${n}`);
const MANY = 'a~'.repeat(400_000);

describe('messages that want to keep us busy', () => {
  it(`of a field with very many repetitions the first ${MAX_REPETITIONS} are looked at, once for each report`, () => {
    const message = parsed(
      MSH,
      `PID|1||${MANY}||Vogel^Anna`,
      ...obrs(MAX_REPORTS_PER_MESSAGE),
      'OBX|1|TX|||Clear.',
    );
    const began = performance.now();
    const reports = reportsOf(message);
    assert.ok(performance.now() - began < SOON_MS);
    assert.equal(reports.length, MAX_REPORTS_PER_MESSAGE);
    assert.equal(reports[0]?.patient.identifier, 'a');
    const [pid] = message.segments.filter(({ name }) => name === 'PID');
    assert.ok(pid);
    assert.equal(repetitions(message, pid, 'PID-3.1').length, MAX_REPETITIONS);
  });

  it('accession numbers that all reports share', () => {
    const lines = [MSH, PID, `TXA|1${'|'.repeat(14)}${MANY}`, 'OBX|1|TX|||Clear.'];
    const message = parsed(...lines, ...Array.from({ length: MAX_REPORTS_PER_MESSAGE }, () => 'OBR|1'));
    const began = performance.now();
    reportsOf(message);
    assert.ok(performance.now() - began < SOON_MS);
  });

  it('thousands of OBRs behind thousands of shared segments', () => {
    const message = parsed(
      MSH,
      ...Array.from({ length: 9_000 }, () => 'ZZZ'),
      ...Array.from({ length: 9_000 }, () => 'OBR'),
    );
    const began = performance.now();
    assert.throws(() => reportsOf(message), { code: 'HL7_UNREADABLE' });
    assert.ok(performance.now() - began < SOON_MS);
  });

  it('a long text that a hundred reports share is read once', () => {
    const text = 'Clear lungs. '.repeat(40_000);
    const message = parsed(MSH, PID, ...obrs(MAX_REPORTS_PER_MESSAGE), `OBX|1|TX|||${text}`);
    const began = performance.now();
    const [first, second] = reportsOf(message);
    assert.ok(performance.now() - began < SOON_MS);
    assert.equal(first?.parts, second?.parts);
    assert.equal(first?.parts[0]?.text, text.trimEnd());
  });

  it('millions of empty lines before the text', () => {
    const [report] = reportsOf(
      parsed(MSH, PID, 'OBR|1||F1', `OBX|1|FT|||${'\\.sp99\\'.repeat(100_000)} Clear.`),
    );
    assert.deepEqual(report?.parts, [{ section: null, text: ' Clear.' }]);
  });
});

describe('words that JavaScript knows', () => {
  it('are no section, no modality', () => {
    for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.equal(sectionOf({ code: word, suffix: word, text: word }), null);
      assert.equal(modalityOf(word), '');
    }
  });
});
