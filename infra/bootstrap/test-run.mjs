import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { sourceOf } from './test-files.mjs';

/**
 * Runs test files with node's runner, each in a process of its own, prints them as `spec` does, and adds to `totals`. A
 * test counts once: what only holds others is not counted, except when it fails by itself (a hook, a time-out).
 */
export function runFiles(files, { concurrency, timeoutMs }, totals) {
  return new Promise((resolve, reject) => {
    const stream = run({ files, concurrency, timeout: timeoutMs });
    stream.on('test:pass', (event) => count(event, totals));
    stream.on('test:fail', (event) => count(event, totals));
    stream.once('error', reject);
    const printed = stream.compose(new spec());
    printed.pipe(process.stdout, { end: false });
    printed.once('end', resolve);
  });
}

export function totalLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function count(event, totals) {
  const { name, skip, todo, details, file } = event;
  const where = file === undefined ? name : `${sourceOf(file)}: ${name}`;
  if (skip !== undefined && skip !== false) {
    totals.skipped++;
    totals.skips.push({ name: where, why: typeof skip === 'string' ? skip : '' });
  } else if (details.error !== undefined) {
    if (details.error.failureType === 'subtestsFailed' || todo) return;
    totals.failed++;
    totals.failures.push(where);
  } else if (details.type !== 'suite' && todo === undefined) totals.passed++;
}
