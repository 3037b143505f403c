import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InterleaveError } from '../../../core/errors.ts';
import { CsvReader, type CsvRow, requireColumns } from '../../../evaluation/csv.ts';
import { unreadable } from '../../csv-file.ts';
import { eachAtOnce } from '../each-at-once.ts';
import type { ImportSink, ImportSource, ImportUnit } from '../import-source.ts';
import { MESSAGES_AT_ONCE, ROW_CHARACTERS_PER_UNIT, ROWS_PER_UNIT } from '../limits.ts';
import { type ColumnMap, digestOfMap } from './column-map.ts';
import { ReportRows, type RowResult } from './report-row.ts';

/** A row with its number, from 1 behind the header; null for one with more fields than the header. */
interface NumberedRow {
  number: number;
  row: CsvRow | null;
}

/** A table of reports: each row becomes a message for the HL7 gateway. Rows are units in blocks, told apart by what they hold. */
export class CsvSource implements ImportSource {
  readonly #file: string;
  readonly #map: ColumnMap;

  constructor(file: string, map: ColumnMap) {
    this.#file = file;
    this.#map = map;
  }

  /** Ends with TABLE_UNREADABLE where the table itself cannot be read on; what came before is brought. */
  async *units(signal: AbortSignal): AsyncGenerator<ImportUnit> {
    const rows = new ReportRows(this.#map);
    const map = digestOfMap(this.#map);
    for await (const block of this.#blocks(signal)) {
      const results = block.map(({ number, row }) => ({
        number,
        result: row === null ? { problem: 'it has more fields than the header' } : rows.message(row),
      }));
      yield this.#unit(map, results);
    }
  }

  /** What comes through a pipe can be read once, and not counted before. */
  async total(signal: AbortSignal, found: (units: number) => void): Promise<number | null> {
    if (!(await stat(this.#file)).isFile()) return null;
    let units = 0;
    for await (const _ of this.#blocks(signal)) found(++units);
    return units;
  }

  async close(): Promise<void> {}

  #unit(map: string, results: readonly { number: number; result: RowResult }[]): ImportUnit {
    const digest = createHash('sha256').update(map);
    for (const { result } of results) digest.update('message' in result ? result.message : result.problem);
    return {
      key: `csv ${digest.digest('hex')}`,
      item: `${basename(this.#file)} rows ${results[0]?.number} to ${results.at(-1)?.number}`,
      count: results.length,
      bring: (sink) =>
        eachAtOnce(results, MESSAGES_AT_ONCE, ({ number, result }) => this.#bring(sink, number, result)),
    };
  }

  async #bring(sink: ImportSink, number: number, result: RowResult): Promise<void> {
    const item = `${basename(this.#file)} row ${number}`;
    if ('problem' in result) {
      const why = `${item}: ${result.problem}`;
      sink.done({ item: why, kind: 'report', accepted: false, code: 'TABLE_ROW_UNUSABLE' });
      return;
    }
    await sink.turn(1);
    await sink.sendMessage(item, result.message);
  }

  async *#blocks(signal: AbortSignal): AsyncGenerator<NumberedRow[]> {
    let block: NumberedRow[] = [];
    let characters = 0;
    for await (const one of this.#rows()) {
      if (signal.aborted) return;
      block.push(one);
      for (const text of Object.values(one.row ?? {})) characters += text.length;
      if (block.length < ROWS_PER_UNIT && characters < ROW_CHARACTERS_PER_UNIT) continue;
      yield block;
      block = [];
      characters = 0;
    }
    if (block.length > 0) yield block;
  }

  async *#rows(): AsyncGenerator<NumberedRow> {
    let reader: CsvReader | null = null;
    let misfits = new Set<number>();
    let before = 0;
    const numbered = (rows: CsvRow[], until: number): NumberedRow[] => {
      const all: NumberedRow[] = [];
      let next = 0;
      for (let number = before + 1; number <= until; number++)
        all.push({ number, row: misfits.has(number) ? null : (rows[next++] ?? null) });
      before = until;
      misfits = new Set();
      return all;
    };
    for await (const piece of textOf(this.#file, this.#map.encoding)) {
      reader ??= new CsvReader({
        separator: this.#map.separator ?? separatorIn(piece),
        misfit: (row) => misfits.add(row),
      });
      const knew = reader.header.length > 0;
      const rows = reader.push(piece);
      if (!knew && reader.header.length > 0) requireColumns(reader.header, Object.values(this.#map.columns));
      yield* numbered(rows, reader.rows);
    }
    if (reader === null) throw new InterleaveError('TABLE_UNREADABLE', `${this.#file} is empty.`);
    yield* numbered(reader.end(), reader.rows);
    requireColumns(reader.header, Object.values(this.#map.columns));
  }
}

/** Throws `USAGE` where there is no such file, TABLE_UNREADABLE where it is not in this encoding. */
async function* textOf(file: string, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
  const decode = (bytes?: Buffer) => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new InterleaveError('TABLE_UNREADABLE', `It is not in ${encoding}: say --encoding.`, { cause });
    }
  };
  const chunks = createReadStream(file);
  try {
    for await (const chunk of chunks) {
      const text = decode(chunk as Buffer);
      if (text !== '') yield text;
    }
  } catch (cause) {
    throw cause instanceof InterleaveError ? cause : unreadable(file, cause);
  }
  const rest = decode();
  if (rest !== '') yield rest;
}

/** The separator that the first line has most often. */
function separatorIn(text: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const count = (separator: string) => line.split(separator).length;
  return [',', ';', '\t', '|'].reduce((best, one) => (count(one) > count(best) ? one : best));
}
