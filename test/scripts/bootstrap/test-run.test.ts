import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../../platform/process/project-root.ts';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  failures: { name: string; why: string }[];
  unsteady: { name: string; why: string }[];
  line: string;
}

/** node:test does not run inside node:test, so this runs in a process that is not a test. */
async function totalsOf(folder: string, files: string[], run: 'runFiles' | 'runFilesTwice'): Promise<Totals> {
  const module = pathToFileURL(join(projectRoot(), 'scripts/bootstrap/test-run.mjs')).href;
  const script = join(folder, 'run.mjs');
  await writeFile(
    script,
    `import { noTotals, ${run} as run, totalLine } from ${JSON.stringify(module)};
    const totals = noTotals();
    await run(${JSON.stringify(files)}, { concurrency: 1, timeoutMs: 5000 }, totals);
    console.log('\\n' + JSON.stringify({ ...totals, line: totalLine(totals) }));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

test('totals are real: failures, skips, a file that dies and one that hangs are all counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-totals-'));
  const files = {
    'good.test.mjs': "import { test } from 'node:test'; test('a', () => {}); test('b', () => {});",
    'mixed.test.mjs': `import { describe, it, test } from 'node:test';
      describe('suite', () => { it('in', () => {}); it('out', () => { throw new Error('no'); }); });
      test('later', { skip: 'needs a tool' }, () => {});`,
    'dies.test.mjs': 'process.exit(7);',
    'hangs.test.mjs':
      "import { test } from 'node:test'; test('h', () => new Promise(() => setInterval(() => {}, 1e3)));",
  };
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const totals = await totalsOf(folder, paths, 'runFiles');
  await rm(folder, { recursive: true });
  assert.equal(totals.passed, 3);
  assert.equal(totals.skipped, 1);
  assert.equal(totals.failed, 3);
  assert.equal(totals.line, '3 passed, 3 failed, 1 skipped');
});

test('a file that failed is run once more; one that passes then is told as unsteady, with why it failed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-twice-'));
  const mark = JSON.stringify(join(folder, 'ran'));
  const files = {
    'steady.test.mjs': "import { test } from 'node:test'; test('a', () => {});",
    'unsteady.test.mjs': `import { existsSync, writeFileSync } from 'node:fs'; import { test } from 'node:test';
      test('b', () => { if (existsSync(${mark})) return; writeFileSync(${mark}, '');
        throw new Error('away', { cause: new Error('the broker stood still') }); });
      test('c', () => {});`,
    'broken.test.mjs': "import { test } from 'node:test'; test('d', () => { throw new Error('always'); });",
  };
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const totals = await totalsOf(folder, paths, 'runFilesTwice');
  await rm(folder, { recursive: true });
  assert.equal(totals.line, '3 passed, 1 failed');
  assert.deepEqual(
    totals.unsteady.map(({ why }) => why),
    ['away <- the broker stood still'],
  );
  assert.match(totals.failures[0]?.name ?? '', /broken.*: d$/);
  assert.equal(totals.failures[0]?.why, 'always');
});

test('many failed files are no accident: none is run again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interleave-many-'));
  const paths = ['1', '2', '3', '4'].map((name) => join(folder, `${name}.test.mjs`));
  for (const [i, path] of paths.entries())
    await writeFile(
      path,
      `import { existsSync, writeFileSync } from 'node:fs'; import { test } from 'node:test';
      test('t', () => { const mark = ${JSON.stringify(join(folder, `ran-${i}`))};
        if (existsSync(mark)) return; writeFileSync(mark, ''); throw new Error('no'); });`,
    );
  const totals = await totalsOf(folder, paths, 'runFilesTwice');
  await rm(folder, { recursive: true });
  assert.equal(totals.line, '0 passed, 4 failed');
});
