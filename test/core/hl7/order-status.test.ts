import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ORDER_STATUSES } from '../../../core/hl7/order-status.ts';
import { readReports, reportsOf } from '../../../core/hl7/report.ts';
import { MSH, only, PID, parsed } from './messages.ts';

const order = (filler: string, status: string): string => `OBR|1||${filler}${'|'.repeat(22)}${status}`;
const CHEST = [order('F1', 'F'), 'OBX|1|TX|||Large pneumothorax.||||||F'];
const beside = (...lines: string[]) => readReports(parsed(MSH, PID, ...CHEST, ...lines));
const textsOf = (...lines: string[]) =>
  beside(...lines).reports.map(({ identity, parts }) => [identity.fillerNumber, parts.length]);

describe('OBR-25, table 0123', () => {
  const result = ['A', 'C', 'F', 'M', 'P', 'R'];
  const noResult = ['I', 'N', 'O', 'S', 'Y', 'Z'];

  it('every code of the table is decided', () => {
    assert.deepEqual(Object.keys(ORDER_STATUSES), [...result, ...noResult, 'X'].sort());
  });

  for (const code of result)
    it(`${code}: an order without text has that of its message`, () => {
      const { reports, ordersWithoutResult } = beside(order('F2', code));
      assert.deepEqual(reports[1]?.parts, [{ section: null, text: 'Large pneumothorax.' }]);
      assert.deepEqual([reports[1]?.status, ordersWithoutResult], [ORDER_STATUSES[code]?.status, 0]);
    });

  for (const code of noResult)
    it(`${code}: of an order without text there is no report, and it is counted`, () => {
      const { reports, ordersWithoutResult } = beside(order('F2', code));
      assert.deepEqual(
        reports.map(({ identity }) => identity.fillerNumber),
        ['F1'],
      );
      assert.equal(ordersWithoutResult, 1);
      assert.deepEqual(readReports(parsed(MSH, PID, order('F2', code))), {
        reports: [],
        ordersWithoutResult: 1,
      });
    });

  it('X: a cancelled order has no text of another one, and cancels its report', () => {
    const { reports } = beside(order('F2', 'X'));
    assert.deepEqual([reports[1]?.status, reports[1]?.parts], ['CANCELLED', []]);
  });

  it('the words of senders, and a code with its text beside it', () => {
    for (const word of ['Final', 'Prelim', 'Wet Read', 'F^Final results^HL70123', ' f '])
      assert.deepEqual(textsOf(order('F2', word))[1], ['F2', 1], word);
    for (const word of ['Scheduled', 'IN PROCESS', 'S^Scheduled^HL70123', 'i'])
      assert.deepEqual(textsOf(order('F2', word)), [['F1', 1]], word);
    assert.equal(beside(order('F2', 'Cancelled')).reports[1]?.status, 'CANCELLED');
  });

  it('an order that says nothing, or nothing that is known, has no text of another one and says so', () => {
    for (const status of ['', '""', 'unknown', '7']) {
      const { reports } = beside(order('F2', status));
      assert.deepEqual([reports[1]?.parts, reports[1]?.problem], [[], 'HL7_NO_REPORT_TEXT'], status);
    }
  });

  it('where OBR-25 is empty, OBX-11 of a picture or a link says that there is a result', () => {
    assert.deepEqual(textsOf(order('F2', ''), 'OBX|1|RP|||image||||||F')[1], ['F2', 1]);
    assert.deepEqual(textsOf(order('F2', ''), 'OBX|1|RP|||image||||||I')[1], ['F2', 0]);
  });

  it('text of its own is read whatever the status says', () => {
    for (const code of noResult) {
      const { reports } = beside(order('F2', code), 'OBX|1|TX|||Wet read: clear.||||||P');
      assert.deepEqual(
        [reports[1]?.status, reports[1]?.parts[0]?.text],
        ['PRELIMINARY', 'Wet read: clear.'],
        code,
      );
    }
    const [, withNote] = beside(order('F2', 'I'), 'NTE|1|L|Wet read: clear.').reports;
    assert.equal(withNote?.parts[0]?.text, 'Wet read: clear.');
  });

  it('empty lines and lines that are no result are no text; a withdrawn one is a new version without text', () => {
    for (const line of ['OBX|1|TX|||', 'OBX|1|TX|||""||||||I', 'OBX|1|TX|||Pending.||||||I', 'NTE|1||'])
      assert.deepEqual(textsOf(order('F2', 'S'), line), [['F1', 1]], line);
    const [, withdrawn] = beside(order('F2', 'S'), 'OBX|1|TX|||Clear.||||||D').reports;
    assert.deepEqual([withdrawn?.parts, withdrawn?.problem], [[], 'HL7_TEXT_WITHDRAWN']);
  });

  it('an order of which the lines were withdrawn, or are no result, has no text of another one', () => {
    for (const code of ['D', 'W', 'X', 'N'])
      assert.deepEqual(textsOf(order('F2', 'C'), `OBX|1|TX|||Fracture.||||||${code}`)[1], ['F2', 0], code);
  });

  it('a report that shares text is marked like the one that it is of', () => {
    const { reports } = beside('OBX|2|TX|||Fracture.||||||D', order('F2', 'F'));
    assert.deepEqual(
      reports.map(({ withdrawnLines }) => withdrawnLines),
      [1, 1],
    );
  });

  it('of several OBR of one report one with a result is enough', () => {
    assert.deepEqual(textsOf(order('F2', 'S'), order('F2', 'F')), [
      ['F1', 1],
      ['F2', 1],
    ]);
    assert.deepEqual(textsOf(order('F2', 'S'), order('F2', 'I')), [['F1', 1]]);
  });

  it('in an MDM the document is the result of its orders, but not of one that says that it has none', () => {
    const orders = [order('F1', ''), order('F2', 'S'), order('F3', 'F')];
    const mdm = (status: string) =>
      parsed(
        MSH.replace('ORU^R01', 'MDM^T02'),
        PID,
        ...orders.map((one, n) => one.replace('|||||||||||||||', `|||||||||||||||A10${n}`)),
        `TXA|1|DI|TX|${'|'.repeat(13)}${status}`,
        'OBX|1|TX|||Clear.',
      );
    for (const status of ['AU', ''])
      assert.deepEqual(
        reportsOf(mdm(status)).map(({ identity, parts }) => [identity.fillerNumber, parts[0]?.text]),
        [
          ['F1', 'Clear.'],
          ['F3', 'Clear.'],
        ],
      );
  });

  it('the order of one report alone is as it was', () => {
    assert.equal(only(reportsOf(parsed(MSH, PID, ...CHEST))).status, 'FINAL');
  });
});
