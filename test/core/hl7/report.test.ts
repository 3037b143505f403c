import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InterleaveError } from '../../../core/errors.ts';
import {
  MAX_ACCESSION_CANDIDATES,
  MAX_ACCESSIONS_PER_REPORT,
  MAX_FIELD_LENGTH,
  MAX_IDENTIFIER_LENGTH,
  MAX_REPORTS_PER_MESSAGE,
  MAX_TIME_AHEAD_MS,
} from '../../../core/hl7/limits.ts';
import { parseMessage } from '../../../core/hl7/message.ts';
import { reportsOf } from '../../../core/hl7/report.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { MSH, OBR, only, oru, PID, parsed, wire } from './messages.ts';

describe('reports of an ORU^R01', () => {
  it('reads patient, accession, filler number, procedure, times and status', () => {
    const report = only(reportsOf(oru('OBX|1|TX|&IMP||No pneumothorax.||||||F')));
    assert.deepEqual(report, {
      identity: { facility: 'CITY', fillerNumber: 'F1001' },
      accessions: [{ value: 'ACC1001', assigningAuthority: '' }],
      status: 'FINAL',
      resultStatus: 'F',
      effectiveAt: Date.UTC(2026, 2, 1, 10, 10),
      zoned: false,
      observedAt: Date.UTC(2026, 2, 1, 9),
      order: { service: '', patientClass: '', priority: '', reader: '' },
      patient: {
        issuer: 'CITY',
        identifier: 'P100',
        familyName: 'Vogel',
        givenName: 'Anna',
        birthDate: '19700102',
        sex: 'F',
      },
      studyInstanceUids: [],
      procedure: { code: '71046', text: 'Chest 2 views' },
      modality: 'DX',
      parts: [{ section: 'IMPRESSION', text: 'No pneumothorax.' }],
      withdrawnLines: 0,
      linesWithoutResult: 0,
      problem: null,
    });
  });

  it('every version from 2.3 to 2.8', () => {
    for (const version of ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'])
      assert.equal(
        only(reportsOf(parsed(MSH.replace('2.5.1', version), PID, OBR, 'OBX|1|TX|A||Text'))).status,
        'FINAL',
      );
  });

  it('ampersands and carets in text survive, also in an identifier of one component', () => {
    const report = only(reportsOf(oru('OBX|1|TX|A||PA & LATERAL ^ 2 VIEWS', 'OBX|2|ST|A||R & L')));
    assert.deepEqual(report.parts, [{ section: null, text: 'PA & LATERAL ^ 2 VIEWS\nR & L' }]);
  });

  it('the same text in one OBX, in repetitions, with \\.br\\, or in one OBX for each line', () => {
    const text = 'FINDINGS:\nClear lungs.\n\nNo effusion.';
    const ways = [
      ['OBX|1|TX|A||FINDINGS:~Clear lungs.~~No effusion.'],
      ['OBX|1|FT|A||FINDINGS:\\.br\\Clear lungs.\\.br\\\\.br\\No effusion.'],
      ['OBX|1|TX|A||FINDINGS:', 'OBX|2|TX|A||Clear lungs.', 'OBX|3|TX|A||', 'OBX|4|TX|A||No effusion.'],
      ['OBX|1|TX|A||FINDINGS:\nClear lungs.\n\nNo effusion.'],
    ];
    for (const way of ways) assert.deepEqual(only(reportsOf(oru(...way))).parts, [{ section: null, text }]);
  });

  it('sections from the suffix, the LOINC code or the words of OBX-3', () => {
    const report = only(
      reportsOf(
        oru(
          'OBX|1|TX|71046&GDT||Chest.',
          'OBX|2|TX|&IMP||Normal.',
          'OBX|3|TX|&IMP||Really.',
          'OBX|4|TX|18834-2^Comparison^LN||None.',
          'OBX|5|TX|X^CLINICAL HISTORY||Cough.',
          'OBX|6|TX|&ADT||Addendum.',
        ),
      ),
    );
    assert.deepEqual(report.parts, [
      { section: 'FINDINGS', text: 'Chest.' },
      { section: 'IMPRESSION', text: 'Normal.\nReally.' },
      { section: 'COMPARISON', text: 'None.' },
      { section: 'INDICATION', text: 'Cough.' },
      { section: 'ADDENDUM', text: 'Addendum.' },
    ]);
  });

  it('status from OBR-25, else OBX-11, in letters or in words', () => {
    const status = (obr25: string, obx11: string): string =>
      only(reportsOf(parsed(MSH, PID, OBR.replace(/\|F$/, `|${obr25}`), `OBX|1|TX|A||Text||||||${obx11}`)))
        .status;
    assert.equal(status('P', 'F'), 'PRELIMINARY');
    assert.equal(status('Wet Read', 'F'), 'PRELIMINARY');
    assert.equal(status('F', 'P'), 'FINAL');
    assert.equal(status('Final', ''), 'FINAL');
    assert.equal(status('C', ''), 'CORRECTED');
    assert.equal(status('X', ''), 'CANCELLED');
    assert.equal(status('', 'Prelim'), 'PRELIMINARY');
    assert.equal(status('', 'C'), 'CORRECTED');
    assert.equal(status('', ''), 'PRELIMINARY');
  });

  it('one report for each OBR with text', () => {
    const reports = reportsOf(
      parsed(
        MSH,
        PID,
        'OBR|1||F1|||||||||||||||11111',
        'OBX|1|TX|A||First.',
        'OBR|2||F2|||||||||||||||22222',
        'OBX|1|TX|A||Second.',
      ),
    );
    assert.deepEqual(
      reports.map((report) => [
        report.identity.fillerNumber,
        report.accessions[0]?.value,
        report.parts[0]?.text,
      ]),
      [
        ['F1', '11111', 'First.'],
        ['F2', '22222', 'Second.'],
      ],
    );
  });

  it('an OBR without text that has a result shares the text of its message, wherever it stands', () => {
    const reports = reportsOf(
      parsed(
        MSH,
        PID,
        'OBR|1||F1|||||||||||||||11111|||||||F',
        'OBX|1|RP|A||image',
        'OBR|2||F2|||||||||||||||22222',
        'OBX|1|TX|A||Both.',
        'OBR|3||F3|||||||||||||||33333|||||||P',
      ),
    );
    assert.deepEqual(
      reports.map((report) => [report.accessions[0]?.value, report.parts[0]?.text, report.problem]),
      [
        ['11111', 'Both.', null],
        ['22222', 'Both.', null],
        ['33333', 'Both.', null],
      ],
    );
  });

  it('text is never shared with another patient of the same message', () => {
    const reports = reportsOf(
      parsed(
        MSH,
        PID,
        'OBR|1||F1',
        'OBX|1|TX|A||Hers.',
        'PID|2||P200^^^CITY^MR||Lang^Otto||19501231|M',
        'OBR|1||F2',
      ),
    );
    assert.deepEqual(
      reports.map((report) => [report.patient.identifier, report.parts.length, report.problem]),
      [
        ['P100', 1, null],
        ['P200', 0, 'HL7_NO_REPORT_TEXT'],
      ],
    );
  });

  it("an OBR without text of a report that has text elsewhere brings no other report's text into it", () => {
    const fillers = Array.from({ length: MAX_REPORTS_PER_MESSAGE / 2 }, (_, n) => `F${n}`);
    const lines = fillers.flatMap((filler) => [
      `OBR|1||${filler}`,
      `OBX|1|TX|||Text of ${filler}.`,
      `OBR|2||${filler}`,
    ]);
    const reports = reportsOf(parsed(MSH, PID, ...lines));
    assert.deepEqual(
      reports.map(({ parts }) => parts),
      fillers.map((filler) => [{ section: null, text: `Text of ${filler}.` }]),
    );
  });

  it('OBR groups of one report keep their text in order; one that has none anywhere shares that of the message', () => {
    const [first, second, ...others] = reportsOf(
      parsed(
        MSH,
        PID,
        'OBR|1||F1',
        'OBX|1|TX|||One.',
        `OBR|2||F2${'|'.repeat(22)}F`,
        'OBR|3||F1',
        'OBX|1|TX|||Two.',
        `OBR|4||F2${'|'.repeat(22)}F`,
      ),
    );
    assert.deepEqual(first?.parts, [{ section: null, text: 'One.\nTwo.' }]);
    assert.deepEqual(second?.parts, first?.parts);
    assert.deepEqual(others, []);
  });

  it('OBR groups of the same filler and accession number are one report', () => {
    const report = only(
      reportsOf(parsed(MSH, PID, 'OBR|1||F1', 'OBX|1|TX|A||One.', 'OBR|2||F1', 'OBX|1|TX|A||Two.')),
    );
    assert.deepEqual(report.parts, [{ section: null, text: 'One.\nTwo.' }]);
  });

  it('study UIDs from ZDS, IPC and OBX', () => {
    const report = only(
      reportsOf(
        oru(
          'OBX|1|TX|A||Text',
          'OBX|2|HD|113014^DICOM Study^DCM||1.2.840.3^^DICOM',
          'OBX|3|ST|110180^Study Instance UID^DCM||1.2.840.4',
          'IPC|A1|R1|1.2.840.5^X^ISO',
          'ZDS|1.2.840.6^CITY^Application^DICOM',
          'ZDS|not a uid',
        ),
      ),
    );
    assert.deepEqual(report.studyInstanceUids, ['1.2.840.3', '1.2.840.4', '1.2.840.5', '1.2.840.6']);
  });

  it('an identifier that is longer than any is refused, another text is cut and says so', () => {
    const long = 'X'.repeat(MAX_IDENTIFIER_LENGTH + 1);
    for (const lines of [
      [MSH.replace('CITY', long), PID, OBR],
      [MSH, PID.replace('P100', long), OBR],
      [MSH, PID.replace('CITY', long), OBR],
      [MSH, PID, OBR.replace('F1001', long)],
      [MSH, PID, OBR.replace('ACC1001', `ACC1001^${long}`)],
      [MSH, PID, OBR, `TXA|1${'|'.repeat(11)}${long}`],
    ])
      assert.throws(() => reportsOf(parsed(...lines, 'OBX|1|TX|||Clear.')), { code: 'HL7_FIELD_TOO_LONG' });
    // A field left to the sender that holds words, however many, holds no accession number.
    const [words] = reportsOf(parsed(MSH, PID, OBR.replace('ACC1001', `${long}123`), 'OBX|1|TX|||Clear.'));
    assert.deepEqual(
      words?.accessions.map(({ value }) => value),
      ['F1001'],
    );
    const name = 'N'.repeat(MAX_FIELD_LENGTH + 1);
    const [cut] = reportsOf(
      parsed(MSH, PID.replace('Vogel', name), OBR.replace('Chest 2 views', name), 'OBX|1|TX|||Clear.'),
    );
    assert.equal(cut?.patient.familyName, name.slice(1));
    assert.equal(cut?.procedure.text, name.slice(1));
    assert.equal(cut?.problem, 'HL7_FIELD_TOO_LONG');
  });

  it('accession numbers beyond those that are looked at leave a mark', () => {
    const numbers = (length: number) => Array.from({ length }, (_, n) => `IPC|A${1000 + n}`);
    const problemWith = (more: string[], isNumber = (_value: string) => true) =>
      reportsOf(parsed(MSH, PID, 'OBR|1||F1', ...more, 'OBX|1|TX|||Clear.'), {
        accessionPaths: ['IPC-1'],
        accept: (value) => value === 'F1' || isNumber(value),
      })[0]?.problem;
    assert.equal(problemWith(numbers(MAX_ACCESSIONS_PER_REPORT)), null);
    assert.equal(problemWith(numbers(MAX_ACCESSIONS_PER_REPORT + 1)), 'HL7_TOO_MANY_ACCESSIONS');
    const isB = (value: string) => !value.startsWith('A');
    assert.equal(problemWith(numbers(MAX_ACCESSION_CANDIDATES), isB), null);
    assert.equal(
      problemWith([...numbers(MAX_ACCESSION_CANDIDATES), 'IPC|B1000'], isB),
      'HL7_TOO_MANY_ACCESSIONS',
    );
  });

  it('a report without text is handed on and says so', () => {
    assert.equal(only(reportsOf(oru())).problem, 'HL7_NO_REPORT_TEXT');
    assert.equal(
      only(reportsOf(oru('OBX|1|ED|X||^IM^PNG^Base64^iVBORw0KGgo='))).problem,
      'HL7_NO_REPORT_TEXT',
    );
  });

  it('documents that nobody has read are unreadable, and their source is no text', () => {
    for (const content of [
      'ED|PDF||^application^pdf^Base64^JVBER',
      'TX|A||No mass.<br>End',
      'FT|A||{\\E\\rtf1 No mass}',
    ]) {
      const { parts, problem } = only(reportsOf(oru(`OBX|1|${content}`)));
      assert.deepEqual([parts, problem], [[], 'HL7_DOCUMENT_UNREADABLE'], content);
    }
  });

  it('no OBR is refused, and too many', () => {
    const code = (...lines: string[]): string => {
      try {
        reportsOf(parsed(...lines));
        return 'none';
      } catch (error) {
        return error instanceof InterleaveError ? error.code : String(error);
      }
    };
    assert.equal(code(MSH, PID), 'HL7_REQUIRED_FIELD_MISSING');
    const many = (n: number): string[] => Array.from({ length: n }, (_, i) => `OBR|1||F${i}`);
    assert.equal(code(MSH, PID, ...many(MAX_REPORTS_PER_MESSAGE)), 'none');
    assert.equal(code(MSH, PID, ...many(MAX_REPORTS_PER_MESSAGE + 1)), 'HL7_UNREADABLE');
  });

  it('time: OBR-22, else MSH-7, with the zone of MSH-7 for the whole message', () => {
    const at = (msh7: string, obr22: string): number | null =>
      only(
        reportsOf(parsed(MSH.replace('20260301101500', msh7), PID, OBR.replace('20260301101000', obr22)), {
          zone: 'Europe/Berlin',
        }),
      ).effectiveAt;
    assert.equal(at('20260301101500', '20260301101000'), Date.UTC(2026, 2, 1, 9, 10));
    assert.equal(at('20260301101500', ''), Date.UTC(2026, 2, 1, 9, 15));
    assert.equal(at('20260301101500-0500', '20260301101000'), Date.UTC(2026, 2, 1, 15, 10));
    assert.equal(at('', ''), null);
  });

  it('time: zoned is what carries its own offset, and what has no time but that of its receipt', () => {
    const receivedAt = Date.UTC(2026, 2, 1, 12);
    const read = (msh7: string, obr22: string): [number | null, boolean] => {
      const lines = [MSH.replace('20260301101500', msh7), PID, OBR.replace('20260301101000', obr22)];
      const { effectiveAt, zoned } = only(reportsOf(parsed(...lines), { receivedAt }));
      return [effectiveAt, zoned];
    };
    const at = (hour: number, minute: number) => Date.UTC(2026, 2, 1, hour, minute);
    assert.deepEqual(read('20260301101500', '20260301101000'), [at(10, 10), false]);
    assert.deepEqual(read('20260301101500-0100', '20260301101000'), [at(11, 10), false]);
    assert.deepEqual(read('20260301101500', '20260301101000-0100'), [at(11, 10), true]);
    assert.deepEqual(read('20260301101500+0000', ''), [at(10, 15), true]);
    assert.deepEqual(read('20260301101500', ''), [at(10, 15), false]);
    assert.deepEqual(read('20260301101500+0000', '20360301101000'), [at(10, 15), true]);
    assert.deepEqual(read('', ''), [null, true]);
  });

  it('time: what lies in the future dates no report, so that a later correction wins; the next best time does', () => {
    const receivedAt = Date.UTC(2026, 2, 1, 10, 15);
    const read = (msh7: string, obr22: string): [number | null, string | null] => {
      const msh = MSH.replace('20260301101500', msh7);
      const message = parsed(msh, PID, OBR.replace('20260301101000', obr22), 'OBX|1|TX|A||Clear lungs.');
      const { effectiveAt, problem } = only(reportsOf(message, { receivedAt }));
      return [effectiveAt, problem];
    };
    assert.deepEqual(read('20260301101500', '20360301101000'), [receivedAt, 'HL7_TIME_IN_FUTURE']);
    assert.deepEqual(read('20360301101500', '20360301101000'), [null, 'HL7_TIME_IN_FUTURE']);
    assert.deepEqual(read('20360301101500', ''), [null, 'HL7_TIME_IN_FUTURE']);
    assert.deepEqual(read('', ''), [null, null]);
    const ahead = (ms: number) => new Date(receivedAt + ms).toISOString().slice(0, 19).replace(/[-T:]/g, '');
    const edge = ahead(MAX_TIME_AHEAD_MS);
    assert.deepEqual(
      read('20260301101500', edge),
      [receivedAt + MAX_TIME_AHEAD_MS, null],
      'a zone that is not said',
    );
    assert.deepEqual(read('20260301101500', ahead(MAX_TIME_AHEAD_MS + 1000)), [
      receivedAt,
      'HL7_TIME_IN_FUTURE',
    ]);
  });

  it('patient: the medical record number among several identifiers; PID-2 where PID-3 is empty', () => {
    const patient = (pid: string) => only(reportsOf(parsed(MSH, pid, OBR))).patient;
    const several = patient('PID|1||E1^^^X^EE~S1^^^X^SS~M1^^^CLINIC&1.2.3&ISO^MR||Vogel^Anna||1970|X');
    assert.deepEqual(
      [several.issuer, several.identifier, several.birthDate, several.sex],
      ['CLINIC', 'M1', '', ''],
    );
    assert.equal(patient('PID|1|OLD-7|||Vogel').identifier, 'OLD-7');
    assert.equal(patient('PID|1||M2^^^&1.2.3&ISO').issuer, '1.2.3');
    assert.equal(patient('PV1|1').identifier, '');
  });
});

describe('documents of an MDM', () => {
  const MDM = (event: string): string => MSH.replace('ORU^R01', `MDM^${event}^MDM_T02`);

  it('T02 without OBR: TXA-12 is the identity, TXA-15 the accession number, TXA-17 the status', () => {
    const report = only(
      reportsOf(
        parsed(
          MDM('T02'),
          'EVN|T02',
          PID,
          'TXA|1|DI|TX|20260301||||||||DOC-7||PL1|ACC-77123||AU',
          'OBX|1|TX|A||Text.',
        ),
      ),
    );
    assert.deepEqual(report.identity, { facility: 'CITY', fillerNumber: 'DOC-7' });
    assert.deepEqual(report.accessions, [{ value: 'ACC-77123', assigningAuthority: '' }]);
    assert.equal(report.status, 'FINAL');
    assert.deepEqual(report.parts, [{ section: null, text: 'Text.' }]);
  });

  it('T06 is an addendum, T08 an edit, T11 a cancellation', () => {
    const status = (event: string): string =>
      only(reportsOf(parsed(MDM(event), PID, OBR, 'TXA|1|DI|TX|||||||||DOC-7|||||AU', 'OBX|1|TX|A||Text.')))
        .status;
    assert.equal(status('T02'), 'FINAL');
    assert.equal(status('T06'), 'ADDENDUM');
    assert.equal(status('T08'), 'CORRECTED');
    assert.equal(status('T11'), 'CANCELLED');
  });
});

describe('damaged reports', () => {
  it('a text with a megabyte of spaces takes linear time', () => {
    const started = cpuMs();
    assert.equal(
      only(reportsOf(oru(`OBX|1|TX|A||a${' '.repeat(1_000_000)}b`))).parts[0]?.text.length,
      1_000_002,
    );
    assert.ok(cpuMs() - started < 2_000);
  });

  it('a message cut anywhere gives reports or a coded error', () => {
    const whole = wire(MSH, PID, 'ORC|RE', OBR, 'OBX|1|TX|A||Größe \\T\\ Form', 'ZDS|1.2.3');
    for (let end = 0; end < whole.length; end += 1)
      try {
        reportsOf(parseMessage(whole.subarray(0, end)));
      } catch (error) {
        assert.ok(error instanceof InterleaveError, String(error));
      }
  });
});
