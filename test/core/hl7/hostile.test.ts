import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MAX_ACCESSION_CANDIDATES,
  MAX_REPETITIONS,
  MAX_REPORTS_PER_MESSAGE,
  MAX_STUDIES_PER_REPORT,
} from '../../../core/hl7/limits.ts';
import { repetitions } from '../../../core/hl7/message.ts';
import { modalityOf } from '../../../core/hl7/modality.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { sectionOf } from '../../../core/hl7/section-code.ts';
import { MSH, PID, parsed } from './messages.ts';

/** Each of these messages took minutes, or all memory, with a reader that does the same work for each OBR. */
const SOON_MS = 5_000;
const obrs = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `OBR|${n}||F${n}${'|'.repeat(22)}F`);
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

  it(`of the values that reports share ${MAX_ACCESSION_CANDIDATES} of a path are asked for, once for the message`, () => {
    let asked = 0;
    const accept = (): boolean => {
      asked += 1;
      return false;
    };
    const values = (segment: number): string =>
      Array.from({ length: MAX_REPETITIONS }, (_, n) => `A${segment}-${n}`).join('~');
    const message = parsed(
      MSH,
      PID,
      ...Array.from({ length: 30 }, (_, n) => `TXA|1${'|'.repeat(14)}${values(n)}`),
      ...Array.from({ length: 3_000 }, (_, n) => `IPC|B${n}`),
      ...Array.from({ length: MAX_REPORTS_PER_MESSAGE }, () => 'OBR|1'),
      'OBX|1|TX|||Clear.',
    );
    const [report] = reportsOf(message, { accept });
    assert.deepEqual(report?.accessions, []);
    assert.equal(asked, 2 * MAX_ACCESSION_CANDIDATES);
  });

  it(`of the segments of one OBR ${MAX_ACCESSION_CANDIDATES} values of a path are asked for, empty ones not counted`, () => {
    const lines = (values: string[]): string[] => values.map((value) => `IPC|${value}`);
    const accessionsOf = (values: string[]): string[] | undefined =>
      reportsOf(parsed(MSH, PID, 'OBR|1', ...lines(values), 'OBX|1|TX|||Clear.'), {
        accept: (value) => value === 'ACC1001',
      })[0]?.accessions.map(({ value }) => value);
    const others = Array.from({ length: MAX_ACCESSION_CANDIDATES - 1 }, (_, n) => `B${n}`);
    assert.deepEqual(accessionsOf([...others, '', 'ACC1001']), ['ACC1001']);
    assert.deepEqual(accessionsOf([...others, 'B', 'ACC1001']), []);
  });

  it(`of the studies that a report names the first ${MAX_STUDIES_PER_REPORT}, its own before shared ones`, () => {
    const message = parsed(
      MSH,
      PID,
      ...Array.from({ length: 3_000 }, (_, n) => `ZDS|1.2.${n}`),
      'OBR|1||F1',
      'ZDS|1.3.1',
      'OBX|1|TX|||Clear.',
    );
    const [report] = reportsOf(message);
    assert.deepEqual(report?.studyInstanceUids.slice(0, 2), ['1.3.1', '1.2.0']);
    assert.equal(report?.studyInstanceUids.length, MAX_STUDIES_PER_REPORT);
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
