import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../platform/process/project-root.ts';
import { parseCsv } from '../support/csv.ts';
import type { Outcome } from './outcome.ts';
import { type Rule, whyOf } from './rules.ts';

export type TableName = 'hl7' | 'dicom';

const COLUMNS = ['path', 'answer', 'kept', 'became', 'codes', 'trouble'] as const;

const tableFile = (name: TableName) => join(projectRoot(), 'docs', 'outcomes', `${name}.csv`);
const pageFile = (name: TableName) => join(projectRoot(), 'docs', `outcomes-${name}.md`);

/** The committed table. */
export async function readTable(name: TableName): Promise<Outcome[]> {
  const rows = parseCsv(await readFile(tableFile(name), 'utf8'));
  return rows.map(
    (row) => Object.fromEntries(COLUMNS.map((column) => [column, row[column] ?? ''])) as unknown as Outcome,
  );
}

/** Writes the table, and the page that sums it up. */
export async function writeTable(
  name: TableName,
  outcomes: readonly Outcome[],
  rules: readonly Rule[],
): Promise<void> {
  const lines = outcomes.map((outcome) => [
    ...COLUMNS.map((column) => outcome[column]),
    whyOf(outcome, rules).join(' '),
  ]);
  const csv = [[...COLUMNS, 'why'], ...lines].map((line) => line.map(quoted).join(','));
  await writeFile(tableFile(name), `${csv.join('\n')}\n`);
  await writeFile(pageFile(name), page(name, outcomes, rules));
}

function page(name: TableName, outcomes: readonly Outcome[], rules: readonly Rule[]): string {
  const title = { hl7: 'HL7 files over the wire', dicom: 'DICOM files over the wire' }[name];
  const answers = tally(outcomes, ({ path, answer, kept }) => [
    path.split('/')[0] ?? '',
    answer.replace(/ ×\d+/g, '') || '(none)',
    kept,
  ]);
  const explained = rules
    .map((rule) => ({ rule, files: outcomes.filter((outcome) => rule.holds(outcome)) }))
    .filter(({ files }) => files.length > 0);
  const trouble = outcomes.filter((outcome) => outcome.trouble !== '' || outcome.kept.includes('LOST'));
  const unexplained = outcomes.filter((outcome) => whyOf(outcome, rules).length === 0);
  return [
    `# ${title}: what became of each`,
    '',
    `Written by \`npm run outcomes -- ${name}\`, not by hand. Each file is sent over the wire to a running gateway;`,
    `[outcomes/${name}.csv](outcomes/${name}.csv) has a line for each: what the sender was told, where the bytes are kept, the events it`,
    'became, the codes of its dead letters, and why (the ids below). File names, codes and counts only: nothing of what a',
    'file holds. `test/outcomes` sends all of them again and compares.',
    '',
    `${outcomes.length} files. Crashed, lost, cut off or over one second: ${trouble.length === 0 ? 'none' : trouble.map(({ path }) => `\`${path}\``).join(', ')}.`,
    `Without an explanation: ${unexplained.length === 0 ? 'none' : unexplained.map(({ path }) => `\`${path}\``).join(', ')}.`,
    '',
    '## Counts',
    '',
    '| set | answer | kept | files |',
    '|---|---|---|---|',
    ...answers.map(([cells, count]) => `| ${cells.join(' | ')} | ${count} |`),
    '',
    '## Why',
    '',
    'A file may have several. What a reader may not expect is marked with an S.',
    '',
    '| id | files | why |',
    '|---|---|---|',
    ...explained.map(({ rule, files }) => `| ${rule.id} | ${files.length} | ${rule.why} |`),
    '',
  ].join('\n');
}

function tally(
  outcomes: readonly Outcome[],
  key: (outcome: Outcome) => string[],
): [cells: string[], count: number][] {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) {
    const cells = JSON.stringify(key(outcome));
    counts.set(cells, (counts.get(cells) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([cells, count]) => [JSON.parse(cells) as string[], count]);
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
