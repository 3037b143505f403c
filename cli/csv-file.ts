import { createReadStream } from 'node:fs';
import { InterleaveError } from '../core/errors.ts';
import { CsvReader, type CsvRow, requireColumns } from '../evaluation/csv.ts';

/**
 * The rows of a CSV file, read as a stream.
 * @throws InterleaveError USAGE where there is no such file, TABLE_UNREADABLE where it is no table with these columns
 */
export async function* csvRows(file: string, columns: readonly string[] = []): AsyncGenerator<CsvRow> {
  const reader = new CsvReader();
  let checked = false;
  const check = () => {
    if (checked || reader.header.length === 0) return;
    requireColumns(reader.header, columns);
    checked = true;
  };
  for await (const piece of pieces(file)) {
    const rows = reader.push(piece);
    check();
    yield* rows;
  }
  yield* reader.end();
  if (reader.header.length === 0) throw new InterleaveError('TABLE_UNREADABLE', `${file} is empty.`);
  check();
}

/** All rows at once. */
export async function readCsvFile(file: string, columns: readonly string[] = []): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of csvRows(file, columns)) rows.push(row);
  return rows;
}

async function* pieces(file: string): AsyncGenerator<string> {
  try {
    for await (const piece of createReadStream(file, { encoding: 'utf8' })) yield piece as string;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** What a file that cannot be opened is told as. */
export function unreadable(file: string, cause: unknown): InterleaveError {
  const code = (cause as { code?: string }).code;
  if (code === 'ENOENT') return new InterleaveError('USAGE', `There is no file ${file}.`, { cause });
  return new InterleaveError('USAGE', `${file} cannot be read (${code ?? 'unknown'}).`, { cause });
}
