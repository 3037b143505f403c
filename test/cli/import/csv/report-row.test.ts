/** Rows of a table as messages, read by what the HL7 gateway decides with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeMap, type GivenMap } from '../../../../cli/import/csv/column-map.ts';
import { ReportRows } from '../../../../cli/import/csv/report-row.ts';
import { parseMessage, textAt } from '../../../../core/hl7/message.ts';
import type { CsvRow } from '../../../../evaluation/csv.ts';
import { decide } from '../../../../services/hl7-gateway/accept-message.ts';
import { RULES } from '../../../services/hl7-gateway/gateway.ts';

const GIVEN: GivenMap = {
  columns: {
    accession: 'ACC',
    text: 'REPORT',
    findings: 'FIND',
    impression: 'IMP',
    studiedAt: 'STUDY',
    reportedAt: 'SIGNED',
    status: 'STATE',
    patient: 'MRN',
    patientIssuer: 'ISSUER',
    familyName: 'LAST',
    givenName: 'FIRST',
    birthDate: 'BORN',
    sex: 'SEX',
    procedure: 'EXAM',
    procedureCode: 'CODE',
    modality: 'MOD',
    placer: 'ORDER',
    filler: 'FILLER',
  },
  facility: 'CITY',
};

const ROW: CsvRow = {
  ACC: 'A10001',
  REPORT: '',
  FIND: 'Lungs clear.\r\nHeart | normal ^ & ~ \\ size.',
  IMP: 'No pneumothorax.',
  STUDY: '2015-03-04 10:15:00',
  SIGNED: '2015-03-04T11:00+01:00',
  STATE: 'final',
  MRN: 'P77',
  ISSUER: 'CITY',
  LAST: 'Vogel',
  FIRST: 'Änne',
  BORN: '1950-02-28',
  SEX: 'f',
  EXAM: 'Chest PA & LATERAL',
  CODE: '71046',
  MOD: 'DX',
  ORDER: 'O-1',
  FILLER: 'F-1',
};

const rows = (given: GivenMap = GIVEN) => new ReportRows(completeMap(given));

function messageOf(row: CsvRow, given?: GivenMap): Buffer {
  const result = rows(given).message(row);
  assert.ok('message' in result, JSON.stringify(result));
  return result.message;
}

function problemOf(row: CsvRow, given?: GivenMap): string {
  const result = rows(given).message(row);
  assert.ok('problem' in result);
  return result.problem;
}

function reportOf(message: Buffer) {
  const { verdict } = decide(message, RULES, Date.parse('2026-11-30T00:00:00Z'), new Map());
  assert.ok(verdict.accept && 'events' in verdict, JSON.stringify(verdict));
  const [report, ...more] = verdict.events;
  assert.ok(report !== undefined && more.length === 0);
  return report;
}

test('the gateway reads a row whole: text with every separator, sections, patient, order and times', () => {
  const report = reportOf(messageOf(ROW));
  assert.deepEqual(
    report.parts.map(({ section, text }) => ({ section, text })),
    [
      { section: 'FINDINGS', text: 'Lungs clear.\nHeart | normal ^ & ~ \\ size.' },
      { section: 'IMPRESSION', text: 'No pneumothorax.' },
    ],
  );
  assert.equal(report.caseKey.value, 'A10001');
  assert.deepEqual(report.identity, { facility: 'CITY', fillerNumber: 'F-1' });
  assert.equal(report.status, 'FINAL');
  // The zone of MSH-7 holds for every time without one (HL7 v2.5.1 2.15.9.7).
  assert.equal(report.observedAt, Date.parse('2015-03-04T10:15:00+01:00'));
  assert.equal(report.effectiveAt, Date.parse('2015-03-04T10:00:00Z'));
  assert.equal(report.modality, 'DX');
  assert.deepEqual(report.procedure, { code: '71046', text: 'Chest PA & LATERAL' });
  assert.deepEqual(report.patient, {
    issuer: 'CITY',
    identifier: 'P77',
    familyName: 'Vogel',
    givenName: 'Änne',
    birthDate: '19500228',
    sex: 'F',
  });
});

test('the same row gives the same message, another one another MSH-10', () => {
  const [first, same] = [messageOf(ROW), messageOf({ ...ROW })];
  assert.ok(first.equals(same));
  const id = (message: Buffer) => textAt(parseMessage(message), 'MSH-10');
  assert.equal(id(first).length, 20);
  assert.notEqual(id(messageOf({ ...ROW, IMP: 'Pneumothorax.' })), id(first));
});

test('a row that lacks what a report needs says what, and none of its texts', () => {
  assert.equal(problemOf({ ...ROW, ACC: ' ' }), 'it has no accession number');
  assert.equal(problemOf({ ...ROW, FIND: '', IMP: ' ' }), 'it has no text');
  assert.equal(
    problemOf({ ...ROW, STUDY: '2015-02-30' }),
    'the time of the study cannot be read as ISO 8601: --date-format says how the table writes times',
  );
  assert.equal(
    problemOf({ ...ROW, STUDY: '2015-02-01' }, { ...GIVEN, dateFormat: 'DD.MM.YYYY' }),
    'the time of the study cannot be read as DD.MM.YYYY',
  );
  assert.equal(problemOf({ ...ROW, STUDY: '', SIGNED: '' }), 'it has no time');
  assert.match(problemOf({ ...ROW, BORN: '28.2.50' }), /^the birth date cannot be read as ISO 8601/);
  assert.equal(
    problemOf({ ...ROW, STATE: 'fertig' }),
    'its status is not known: `statuses` of the map says what words mean',
  );
  assert.match(problemOf({ ...ROW, ACC: 'AB' }), /fewer than three digits/);
});

test('an accession number that is none to OBR-18 stands as filler number where no other is given', () => {
  assert.equal(reportOf(messageOf({ ...ROW, ACC: 'AB', FILLER: '' })).caseKey.value, 'AB');
});

test('words of the site mean codes, and rows without a time can have one', () => {
  const given = { ...GIVEN, statuses: { fertig: 'F', Vorläufig: 'P' }, undated: '1990-01-01' };
  assert.equal(reportOf(messageOf({ ...ROW, STATE: 'vorläufig' }, given)).status, 'PRELIMINARY');
  const undated = reportOf(messageOf({ ...ROW, STUDY: '', SIGNED: '' }, given));
  assert.equal(undated.observedAt, Date.parse('1990-01-01T00:00:00Z'));
});

test('control characters in a text end neither a segment nor a frame', () => {
  const message = messageOf({ ...ROW, IMP: 'No\u001c\rPID|1||other\u000bpneumothorax.' });
  assert.equal(message.includes(0x1c), false);
  assert.equal(message.includes(0x0b), false);
  assert.equal(reportOf(message).patient.identifier, 'P77');
});
