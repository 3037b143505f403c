import { readFile, stat } from 'node:fs/promises';
import { InterleaveError } from '../../../core/errors.ts';
import { unreadable } from '../../csv-file.ts';
import type { VerbInput } from '../../verb.ts';
import type { ImportCommand } from '../import-command.ts';
import {
  COLUMNS,
  type ColumnMap,
  completeMap,
  type GivenMap,
  parseMapFile,
  parseMapWords,
} from './column-map.ts';
import { CsvSource } from './csv-source.ts';

const OPTION_HELP = `\
  --map MAP          which column holds what: MEANING=COLUMN,... or a JSON file
                     { columns: { MEANING: COLUMN }, separator, encoding, dateFormat, facility, statuses, undated }
  --separator S      , ; | or tab (default: what the first line has most of)
  --encoding NAME    e.g. windows-1252 (default utf-8)
  --date-format F    e.g. "DD.MM.YYYY HH:mm" or "M/D/YYYY h:mm A" (default: ISO 8601, or as HL7 writes it)
  --facility NAME    who reported (MSH-4), as the live feed names it: a later version then replaces the report
  --undated DATE     for rows without a time, which are refused else
  Meanings (accession, a text, and studiedAt or reportedAt are needed):
${Object.entries(COLUMNS)
  .map(([meaning, what]) => `    ${meaning.padEnd(14)} ${what}`)
  .join('\n')}`;

export const csvCommand: ImportCommand = {
  name: 'csv',
  usage: 'csv FILE --map MAP [options]',
  about: 'a table of reports, one a row: each becomes an ORU^R01 with the times of the row',
  optionHelp: OPTION_HELP,
  options: {
    map: { type: 'string' },
    separator: { type: 'string' },
    encoding: { type: 'string' },
    'date-format': { type: 'string' },
    facility: { type: 'string' },
    undated: { type: 'string' },
  },
  canRunDry: true,
  async open(input, [file, ...more]) {
    if (file === undefined || more.length > 0)
      throw new InterleaveError('USAGE', 'Say which table: `interleave import csv FILE --map MAP`.');
    const map = await mapOf(input);
    await stat(file).catch((cause: unknown) => {
      throw unreadable(file, cause);
    });
    return new CsvSource(file, map);
  },
};

/** What the command line says goes before what the file says. */
async function mapOf(input: VerbInput): Promise<ColumnMap> {
  const words = input.text('map');
  if (words === undefined)
    throw new InterleaveError('USAGE', 'Say which column holds what: --map accession=ACC,text=REPORT,…');
  const given = words.includes('=') ? parseMapWords(words) : await readMapFile(words);
  const said = Object.fromEntries(
    [
      ['separator', input.text('separator')],
      ['encoding', input.text('encoding')],
      ['dateFormat', input.text('date-format')],
      ['facility', input.text('facility')],
      ['undated', input.text('undated')],
    ].filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  return completeMap(parseMapFile({ ...given, ...said }, '--map'));
}

async function readMapFile(file: string): Promise<GivenMap> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  try {
    return parseMapFile(JSON.parse(text), file);
  } catch (cause) {
    if (cause instanceof InterleaveError) throw cause;
    throw new InterleaveError('USAGE', `${file} is not JSON.`, { cause });
  }
}
