import { InterleaveError } from '../core/errors.ts';
import { MAX_ROW_LENGTH } from './limits.ts';

/** One row under its header: column name → text. */
export type CsvRow = Record<string, string>;

export interface CsvOptions {
  /** between two fields; a comma unless told */
  separator?: string;
  /** takes a row with more fields than the header, by its number, and the row is left out; without it such a table is unreadable */
  misfit?: (row: number) => void;
}

/**
 * Reads CSV with a header row, quoted fields and line breaks inside quotes (RFC 4180), piece by piece; lines may end in
 * LF or CRLF, and a byte order mark is skipped. A row that is shorter than the header has empty texts at its end.
 * @throws InterleaveError TABLE_UNREADABLE, with the number of the row
 */
export class CsvReader {
  #header: string[] | null = null;
  #fields: string[] = [];
  #field = '';
  #quoted = false;
  /** the last character closed a quotation, unless a second mark follows */
  #closing = false;
  #length = 0;
  #rows = 0;
  readonly #separator: string;
  readonly #misfit: CsvOptions['misfit'];

  constructor({ separator = ',', misfit }: CsvOptions = {}) {
    this.#separator = separator;
    this.#misfit = misfit;
  }

  /** Rows that were read until now, without the header, with those that were left out. */
  get rows(): number {
    return this.#rows;
  }

  /** The column names; empty until the first line has been read. */
  get header(): readonly string[] {
    return this.#header ?? [];
  }

  /** The rows that are complete with this piece. */
  push(piece: string): CsvRow[] {
    const rows: CsvRow[] = [];
    let at = this.#header === null && this.#length === 0 && piece.startsWith('\uFEFF') ? 1 : 0;
    while (at < piece.length) {
      if (this.#closing) {
        this.#closing = false;
        if (piece[at] === '"') {
          this.#field += '"';
          at++;
          continue;
        }
        this.#quoted = false;
      }
      const end = this.#quoted ? quoteFrom(piece, at) : separatorFrom(piece, at, this.#separator);
      this.#take(piece.slice(at, end));
      const mark = piece[end];
      if (this.#quoted) this.#closing = mark === '"';
      else if (mark === '"') this.#open();
      else if (mark === this.#separator) this.#endField();
      else if (mark === '\n') {
        const row = this.#endRow();
        if (row !== null) rows.push(row);
      }
      at = end + 1;
    }
    return rows;
  }

  /** The last row, where the file does not end with a line break. */
  end(): CsvRow[] {
    if (this.#quoted && !this.#closing) throw this.#unreadable('ends inside a quotation');
    this.#closing = false;
    this.#quoted = false;
    if (this.#field === '' && this.#fields.length === 0) return [];
    const row = this.#endRow();
    return row === null ? [] : [row];
  }

  #take(text: string): void {
    this.#length += text.length + 1;
    if (this.#length > MAX_ROW_LENGTH) throw this.#unreadable(`is longer than ${MAX_ROW_LENGTH} characters`);
    this.#field += text;
  }

  #open(): void {
    if (this.#field === '') this.#quoted = true;
    else this.#field += '"';
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
  }

  #endRow(): CsvRow | null {
    this.#field = this.#field.replace(/\r$/, '');
    this.#endField();
    const fields = this.#fields;
    this.#fields = [];
    this.#length = 0;
    if (fields.length === 1 && fields[0] === '') return null;
    if (this.#header === null) {
      this.#header = fields.map((name) => name.trim());
      return null;
    }
    this.#rows++;
    if (fields.length > this.#header.length) {
      if (this.#misfit === undefined) throw this.#unreadable('has more fields than the header', 0);
      this.#misfit(this.#rows);
      return null;
    }
    return Object.fromEntries(this.#header.map((name, i) => [name, fields[i] ?? '']));
  }

  #unreadable(what: string, ahead = 1): InterleaveError {
    return new InterleaveError('TABLE_UNREADABLE', `Row ${this.#rows + ahead} ${what}.`);
  }
}

/** A whole text at once. */
export function parseCsv(text: string): CsvRow[] {
  const reader = new CsvReader();
  return [...reader.push(text), ...reader.end()];
}

/** One line of CSV with its line break; texts are quoted where they must be. */
export function csvLine(fields: readonly string[]): string {
  const quoted = fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return `${quoted.join(',')}\n`;
}

/** Each of these columns, once. @throws InterleaveError TABLE_UNREADABLE, naming those that are not there, or there twice */
export function requireColumns(header: readonly string[], names: readonly string[]): void {
  const absent = names.filter((name) => !header.includes(name));
  if (absent.length > 0)
    throw new InterleaveError(
      'TABLE_UNREADABLE',
      `It has no ${absent.length === 1 ? 'column' : 'columns'} ${absent.join(', ')}.`,
    );
  // Tables that were joined have them: the later one would stand for both, unseen.
  const twice = names.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twice !== undefined)
    throw new InterleaveError('TABLE_UNREADABLE', `It has the column ${twice} more than once.`);
}

function quoteFrom(text: string, from: number): number {
  const at = text.indexOf('"', from);
  return at === -1 ? text.length : at;
}

function separatorFrom(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '"') at++;
  return at;
}
