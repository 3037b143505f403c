import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import type { ReportPart } from '../../core/radiology/events.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import { csvLine } from '../../evaluation/csv.ts';
import { columnsAsParts, labelCells, TEXT_COLUMNS } from '../../evaluation/report-rows.ts';
import { CLASSES } from '../../evaluation/score.ts';
import { csvRows } from '../csv-file.ts';
import { LONG_COLUMNS, longLines } from './long-form.ts';

/** What a table of labels is: its columns, and its lines of one report. */
export interface TableForm {
  columns: readonly string[];
  /** How this lexicon reads the lines of a report; made once for a table. */
  reader(lexicon: Lexicon): (id: string, parts: readonly ReportPart[]) => string[][];
}

/** One line for each report, with the 14 classes of ChestX-ray14. */
export const WIDE: TableForm = {
  columns: ['report_id', ...CLASSES],
  reader: (lexicon) => (id, parts) => [[id, ...labelCells(parts, lexicon)]],
};

/** One line for each report and concept of the lexicon that it names. */
export const LONG: TableForm = { columns: LONG_COLUMNS, reader: longLines };

/** Reports between two calls of `progress`. */
const PROGRESS_REPORTS = 1_000;

/**
 * Labels the reports of one table into another, as a stream: what is held is one row. The new file stands under its name
 * only when it is whole. Resolves to the number of reports.
 * @throws InterleaveError USAGE, TABLE_UNREADABLE, FILE_UNWRITABLE
 */
export async function labelTable(
  input: string,
  output: string,
  lexicon: Lexicon,
  form: TableForm,
  progress: (reports: number) => void,
): Promise<number> {
  const partial = (await isSpecial(output)) ? output : `${output}.partial-${process.pid}`;
  try {
    const out = await open(partial);
    const linesOf = form.reader(lexicon);
    let reports = 0;
    await write(out, csvLine(form.columns));
    for await (const row of csvRows(input, ['report_id', ...TEXT_COLUMNS])) {
      const lines = linesOf(row['report_id'] ?? '', columnsAsParts(row));
      await write(out, lines.map(csvLine).join(''));
      if (++reports % PROGRESS_REPORTS === 0) progress(reports);
    }
    await close(out);
    if (partial !== output) await rename(partial, output).catch(unwritable(output));
    return reports;
  } finally {
    if (partial !== output) await rm(partial, { force: true });
  }
}

/** Such as /dev/null or a pipe: written as it is, never replaced. */
async function isSpecial(file: string): Promise<boolean> {
  const entry = await stat(file).catch(() => null);
  return entry !== null && !entry.isFile() && !entry.isDirectory();
}

async function open(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  await once(stream, 'open').catch(unwritable(file.replace(/\.partial-\d+$/, '')));
  return stream;
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (stream.errored !== null) unwritable(String(stream.path))(stream.errored);
  if (!stream.write(text)) await once(stream, 'drain').catch(unwritable(String(stream.path)));
}

async function close(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, 'close').catch(unwritable(String(stream.path)));
}

function unwritable(file: string): (cause: unknown) => never {
  return (cause) => {
    const code = (cause as { code?: string }).code ?? 'unknown';
    throw new InterleaveError('FILE_UNWRITABLE', `${file} (${code}).`, { cause });
  };
}
