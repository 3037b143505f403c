import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMENT_TYPES } from '../../core/hl7/comment.ts';
import { OBSERVATION_STATUSES } from '../../core/hl7/observation-status.ts';
import { ORDER_STATUSES } from '../../core/hl7/order-status.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

const page = readFileSync(join(projectRoot(), 'docs', 'result-status.md'), 'utf8');

/** The rows of the table in a chapter: the code, and all columns but the words. */
function rowsOf(chapter: string): string[][] {
  const from = page.indexOf(`## ${chapter}`);
  assert.notEqual(from, -1, chapter);
  const [text = ''] = page.slice(from + 3).split('\n## ');
  return text
    .split('\n')
    .filter((line) => /^\| [0-9A-Z]{1,2} \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, code = '', , ...rest]) => [code, ...rest.slice(0, -1)]);
}

test('the tables of docs/result-status.md are those in code, row by row', () => {
  const words = (code: string): string => code.toLowerCase().replace('_', ' ');
  assert.deepEqual(
    rowsOf('OBX-11'),
    Object.entries(OBSERVATION_STATUSES).map(([code, { use, status }]) => [code, words(use), status]),
  );
  assert.deepEqual(
    rowsOf('OBR-25'),
    Object.entries(ORDER_STATUSES).map(([code, { result, status }]) => [code, words(result), status]),
  );
  const then = ({ read, section }: { read: boolean; section: string | null }): string =>
    read ? (section ?? 'read').toLowerCase() : 'not read';
  assert.deepEqual(
    rowsOf('NTE').sort(),
    Object.entries(COMMENT_TYPES)
      .map(([code, use]) => [code, then(use)])
      .sort(),
  );
});
