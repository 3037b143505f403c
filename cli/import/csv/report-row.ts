import { createHash } from 'node:crypto';
import { looksLikeAccession } from '../../../core/hl7/accession.ts';
import { STANDARD_DELIMITERS } from '../../../core/hl7/delimiters.ts';
import { escapeText } from '../../../core/hl7/escape.ts';
import { ORDER_STATUSES } from '../../../core/hl7/order-status.ts';
import { isKnownStatus } from '../../../core/radiology/report-status.ts';
import type { CsvRow } from '../../../evaluation/csv.ts';
import { type ColumnMap, type ColumnMeaning, SECTIONS } from './column-map.ts';
import { type DateReader, dateReader } from './row-dates.ts';

/** A message, or why the row gives none, in words without any of its texts. */
export type RowResult = { message: Buffer } | { problem: string };

/**
 * Makes an ORU^R01 (HL7 v2.5.1 7.3.1) of each row of a table. MSH-10 is a digest of what the message says, so that the gateway
 * knows a repeat; OBR-7, OBR-22 and MSH-7 are the row's own times, so that an old report is filed where it belongs.
 */
export class ReportRows {
  readonly #map: ColumnMap;
  readonly #date: DateReader;
  /** what times are read as, and for a table without a format what helps */
  readonly #dates: string;

  constructor(map: ColumnMap) {
    this.#map = map;
    this.#date = dateReader(map.dateFormat) ?? (() => null);
    this.#dates = map.dateFormat ?? 'ISO 8601: --date-format says how the table writes times';
  }

  message(row: CsvRow): RowResult {
    try {
      return { message: this.#message(row) };
    } catch (error) {
      if (error instanceof RowProblem) return { problem: error.message };
      throw error;
    }
  }

  #message(row: CsvRow): Buffer {
    const value = (meaning: ColumnMeaning) => {
      const column = this.#map.columns[meaning];
      return column === undefined ? '' : tidy(row[column] ?? '').trim();
    };
    const accession = value('accession');
    if (accession === '') throw new RowProblem('it has no accession number');
    const filler = value('filler') || accession;
    // The gateway reads OBR-18 only where it looks like an accession number, and OBR-3 where it does not.
    if (filler !== accession && !looksLikeAccession(accession))
      throw new RowProblem('its accession number has fewer than three digits, or white space');
    const observations = this.#observations(value);
    if (observations.length === 0) throw new RowProblem('it has no text');
    const studiedAt = this.#time(value('studiedAt'), 'the time of the study');
    const reportedAt = this.#time(value('reportedAt'), 'the time of the report');
    const stated = reportedAt || studiedAt || this.#map.undated;
    if (stated === null) throw new RowProblem('it has no time');
    const status = this.#status(value('status'));
    const segments = [
      this.#patient(value),
      ['ORC', 'RE', value('placer'), filler],
      orderSegment({
        2: value('placer'),
        3: filler,
        4: [value('procedureCode'), value('procedure')],
        7: studiedAt || stated,
        18: accession,
        22: stated,
        24: value('modality'),
        25: status,
      }),
      ...observations.map(([code, name, text], at) => [
        'OBX',
        String(at + 1),
        'FT',
        [code, name, code === '' ? '' : 'LN'],
        '',
        text,
        '',
        '',
        '',
        '',
        '',
        status,
      ]),
    ];
    const body = segments.map(segmentText).join('');
    const facility = value('facility') || this.#map.facility;
    const controlId = createHash('sha256').update(`${facility}\r${body}`).digest('hex').slice(0, 20);
    const header = [
      'MSH',
      SENDER,
      facility,
      'INTERLEAVE',
      '',
      stated,
      '',
      ['ORU', 'R01'],
      controlId,
      'P',
      '2.5.1',
    ];
    const msh = segmentText([...header, '', '', '', '', '', 'UNICODE UTF-8']).replace(/^MSH\|/, 'MSH|^~\\&|');
    return Buffer.from(msh + body, 'utf8');
  }

  #observations(value: (meaning: ColumnMeaning) => string): [code: string, name: string, text: string][] {
    const sections = SECTIONS.map((section): [string, string, string] => [
      LOINC[section],
      section.toUpperCase(),
      value(section),
    ]);
    return [['', 'REPORT', value('text')] as [string, string, string], ...sections].filter(
      ([, , text]) => text !== '',
    );
  }

  #patient(value: (meaning: ColumnMeaning) => string): Written {
    const birthDate = this.#time(value('birthDate'), 'the birth date').slice(0, 8);
    const identifier = value('patient');
    return [
      'PID',
      '1',
      '',
      identifier === '' ? '' : [identifier, '', '', value('patientIssuer'), 'MR'],
      '',
      [value('familyName'), value('givenName')],
      '',
      birthDate,
      value('sex').toUpperCase().slice(0, 1),
    ];
  }

  #time(text: string, what: string): string {
    if (text === '') return '';
    const stamp = this.#date(text);
    if (stamp === null) throw new RowProblem(`${what} cannot be read as ${this.#dates}`);
    return stamp;
  }

  #status(text: string): string {
    if (text === '') return 'F';
    const word = text.toUpperCase();
    const code = this.#map.statuses[word] ?? word;
    if (ORDER_STATUSES[code] === undefined && !isKnownStatus(code))
      throw new RowProblem('its status is not known: `statuses` of the map says what words mean');
    return code;
  }
}

class RowProblem extends Error {}

/** MSH-3 of what is made of tables. */
const SENDER = 'INTERLEAVE-IMPORT';

/** LOINC codes of report sections (`core/hl7/section-code.ts` reads them). */
const LOINC: Record<(typeof SECTIONS)[number], string> = {
  indication: '18785-6',
  technique: '55111-9',
  comparison: '18834-2',
  findings: '59776-5',
  impression: '19005-8',
  addendum: '55107-7',
};

/** A segment: its name, and fields of text or of components. */
type Written = (string | string[])[];

function orderSegment(fields: Record<number, string | string[]>): Written {
  const last = Math.max(...Object.keys(fields).map(Number));
  return ['OBR', '1', ...Array.from({ length: last - 1 }, (_, at) => fields[at + 2] ?? '')];
}

function segmentText([name = '', ...fields]: Written): string {
  const written = fields.map((field) =>
    typeof field === 'string' ? escaped(field) : field.map(escaped).join('^').replace(/\^+$/, ''),
  );
  return `${[name, ...written].join('|').replace(/\|+$/, '')}\r`;
}

function escaped(text: string): string {
  return escapeText(text, STANDARD_DELIMITERS);
}

/** Control characters are no text, and some of them would end a segment or a frame. */
function tidy(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
}
