import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InterleaveError } from '../../../core/errors.ts';
import { isKnownStatus } from '../../../core/radiology/report-status.ts';
import { dateReader } from './row-dates.ts';

/** What a column of a table of reports may hold, and what it means. */
export const COLUMNS = {
  accession: 'accession number',
  text: 'the whole report',
  indication: 'a section of it',
  technique: 'a section of it',
  comparison: 'a section of it',
  findings: 'a section of it',
  impression: 'a section of it',
  addendum: 'a section of it',
  studiedAt: 'when the study was made (OBR-7)',
  reportedAt: 'when this version of the report was made (OBR-22)',
  status: 'result status (OBR-25): a code, or a word like final',
  patient: 'patient number (PID-3)',
  patientIssuer: 'who gave that number',
  familyName: "the patient's name",
  givenName: "the patient's name",
  birthDate: 'as the other dates, its time of day may be missing',
  sex: 'M, F, O or U',
  procedure: 'what was done, in words',
  procedureCode: 'what was done, as a code',
  modality: 'CT, MR, … (OBR-24)',
  placer: 'placer order number (OBR-2)',
  filler: 'filler order number (OBR-3), where it is not the accession number',
  facility: 'the facility that reported (MSH-4)',
} as const;

export type ColumnMeaning = keyof typeof COLUMNS;

/** How a table of reports is read. */
export interface ColumnMap {
  columns: Readonly<Partial<Record<ColumnMeaning, string>>>;
  /** between two fields; null: the one that the first line has most often, of `,` `;` `|` and a tab */
  separator: string | null;
  /** a name of the WHATWG Encoding Standard */
  encoding: string;
  /** e.g. `DD.MM.YYYY HH:mm`; null: ISO 8601, or as HL7 writes it */
  dateFormat: string | null;
  /** MSH-4 where no column says it */
  facility: string;
  /** words of the status column, in capitals, and the codes of OBR-25 that they mean */
  statuses: Readonly<Record<string, string>>;
  /** the time of rows that have none, as HL7 writes it; null: these are refused */
  undated: string | null;
}

export const SECTIONS = [
  'indication',
  'technique',
  'comparison',
  'findings',
  'impression',
  'addendum',
] as const;

const mapSchema = z.strictObject({
  columns: z.partialRecord(
    z.enum(Object.keys(COLUMNS) as [ColumnMeaning, ...ColumnMeaning[]]),
    z.string().min(1),
  ),
  separator: z.enum([',', ';', '\t', '|', 'tab']).optional(),
  encoding: z.string().optional(),
  dateFormat: z.string().optional(),
  facility: z.string().optional(),
  statuses: z.record(z.string(), z.string()).optional(),
  undated: z.string().optional(),
});

export type GivenMap = z.infer<typeof mapSchema>;

/** A map as it was written (`--map FILE.json`). Throws `USAGE` with what is wrong. */
export function parseMapFile(json: unknown, file: string): GivenMap {
  const parsed = mapSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the map'}: ${message}`,
  );
  throw new InterleaveError('USAGE', `${file} is no column map: ${reasons.join('; ')}.`);
}

/** `accession=ACC,text=REPORT`. Throws `USAGE`. */
export function parseMapWords(words: string): GivenMap {
  const pairs = words.split(',').map((word) => word.split('='));
  const columns: Partial<Record<ColumnMeaning, string>> = {};
  for (const [meaning = '', column = '', ...more] of pairs) {
    if (!Object.hasOwn(COLUMNS, meaning) || column === '' || more.length > 0)
      throw new InterleaveError(
        'USAGE',
        `--map takes MEANING=COLUMN, with one of ${Object.keys(COLUMNS).join(', ')}.`,
      );
    columns[meaning as ColumnMeaning] = column;
  }
  return { columns };
}

/** The whole map. Throws `USAGE` where no report could be made with it. */
export function completeMap(given: GivenMap): ColumnMap {
  const { columns, separator, encoding = 'utf-8', dateFormat = null, undated = null } = given;
  const refuse = (why: string): never => {
    throw new InterleaveError('USAGE', why);
  };
  if (columns.accession === undefined) refuse('The map names no column for `accession`.');
  if (columns.text === undefined && SECTIONS.every((section) => columns[section] === undefined))
    refuse('The map names no column for `text`, nor for `findings` or `impression`.');
  if (columns.studiedAt === undefined && columns.reportedAt === undefined && undated === null)
    refuse(
      'The map names no column for `studiedAt` or `reportedAt`: without a time everything would look new.',
    );
  const statuses = Object.fromEntries(
    Object.entries(given.statuses ?? {}).map(([word, code]) => [word.trim().toUpperCase(), code]),
  );
  for (const code of Object.values(statuses))
    if (!isKnownStatus(code)) refuse(`The map gives a status that is none: ${code}.`);
  if (dateReader(dateFormat) === null)
    refuse(`The date format ${dateFormat} is not understood: write it like DD.MM.YYYY HH:mm.`);
  const undatedAs = undated === null ? null : (dateReader(null)?.(undated) ?? null);
  if (undated !== null && undatedAs === null) refuse(`${undated} is no time: write it like 1990-01-01.`);
  return {
    columns,
    separator: separator === 'tab' ? '\t' : (separator ?? null),
    encoding: knownEncoding(encoding),
    dateFormat,
    facility: given.facility ?? '',
    statuses,
    undated: undatedAs,
  };
}

/** Another map makes other messages of the same rows. */
export function digestOfMap(map: ColumnMap): string {
  return createHash('sha256').update(JSON.stringify(map)).digest('hex');
}

function knownEncoding(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch (cause) {
    throw new InterleaveError('USAGE', `There is no encoding ${name}.`, { cause });
  }
}
