import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { InterleaveError } from '../../core/errors.ts';
import type { Lexicon } from '../../core/text/lexicon.ts';
import { csvLine } from '../../evaluation/csv.ts';
import { columnsAsParts, labelCells, TEXT_COLUMNS } from '../../evaluation/report-rows.ts';
import { CLASSES } from '../../evaluation/score.ts';
import { csvRows } from '../csv-file.ts';

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
  progress: (reports: number) => void,
): Promise<number> {
  const partial = (await isSpecial(output)) ? output : `${output}.partial-${process.pid}`;
  try {
    const out = await open(partial);
    let reports = 0;
    await write(out, csvLine(['report_id', ...CLASSES]));
    for await (const row of csvRows(input, ['report_id', ...TEXT_COLUMNS])) {
      await write(out, csvLine([row['report_id'] ?? '', ...labelCells(columnsAsParts(row), lexicon)]));
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
