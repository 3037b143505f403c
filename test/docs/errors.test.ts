import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ERRORS } from '../../core/errors.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

test('docs/errors.md lists exactly the codes of the table, with their kinds and meanings', () => {
  const page = readFileSync(join(projectRoot(), 'docs', 'errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)` \| (\w+) \| (.+) \|$/gm)].map((row) => row.slice(1));
  const table = Object.entries(ERRORS).map(([code, [kind, text]]) => [code, kind, text]);
  assert.deepEqual(rows, table, 'run: npx tsx scripts/write-errors-page.ts');
});
