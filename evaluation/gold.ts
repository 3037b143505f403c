import type { CsvRow } from './csv.ts';
import { CLASSES, type LabelCell, type LabelCells } from './score.ts';

/** Labels of another program, by report id. */
export interface PeerLabels {
  name: string;
  labels: ReadonlyMap<string, LabelCells>;
}

/** The columns that a table with gold has. */
export const GOLD_COLUMNS: readonly string[] = ['has_gold', ...CLASSES.map((name) => `gold_${name}`)];

export function isGold(row: CsvRow): boolean {
  return row['has_gold'] === '1';
}

/** What the coders gave, one bit for each class. */
export function goldBits(row: CsvRow): number {
  return CLASSES.reduce((bits, name, index) => (row[`gold_${name}`] === '1' ? bits | (1 << index) : bits), 0);
}

/** A table of labels as `interleave label` writes it; column names may begin with `gold_`. */
export function peerLabels(name: string, rows: readonly CsvRow[]): PeerLabels {
  const labels = rows.map((row): [string, LabelCells] => [
    row['report_id'] ?? '',
    CLASSES.map((column) => labelCell(row[column] ?? row[`gold_${column}`] ?? '')),
  ]);
  return { name, labels: new Map(labels) };
}

/** "1", "1.0" and " 1" are the same label; what is no label is none. */
function labelCell(text: string): LabelCell {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value === 1) return '1';
  if (value === -1) return '-1';
  return value === 0 ? '0' : '';
}
