import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { sourceOf } from './test-files.mjs';

/** More failed files than this are no accident: they are not run again. */
const MAX_SECOND_TRIES = 3;

/**
 * Runs test files with node's runner, each in a process of its own, prints them as `spec` does, and adds to `totals`. A
 * test counts once: what only holds others is not counted, except when it fails by itself (a hook, a time-out).
 */
export async function runFiles(files, options, totals) {
  for (const outcome of (await outcomesOf(files, options)).values()) add(outcome, totals);
}

/**
 * As `runFiles`, and runs a file that failed once more, by itself: real engines on a machine that stands still for
 * seconds fail tests that are right. What failed at first and passed then is told in `totals.unsteady`, with its reason:
 * it is a fault to be looked for, of the test or of ours.
 */
export async function runFilesTwice(files, options, totals) {
  const outcomes = await outcomesOf(files, options);
  const failed = [...outcomes].filter(([, { failures }]) => failures.length > 0);
  if (failed.length <= MAX_SECOND_TRIES)
    for (const [file, first] of failed) {
      const again = await outcomesOf([file], { ...options, concurrency: 1 });
      const second = again.get(file) ?? first;
      outcomes.set(file, second);
      if (second.failures.length === 0) totals.unsteady.push(...first.failures);
    }
  for (const outcome of outcomes.values()) add(outcome, totals);
}

export function noTotals() {
  return { passed: 0, failed: 0, skipped: 0, failures: [], skips: [], unsteady: [] };
}

export function totalLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The outcome of each file. */
function outcomesOf(files, { concurrency, timeoutMs }) {
  const outcomes = new Map();
  return new Promise((resolve, reject) => {
    const stream = run({ files, concurrency, timeout: timeoutMs });
    for (const kind of ['test:pass', 'test:fail']) stream.on(kind, (event) => count(event, outcomes));
    stream.once('error', reject);
    const printed = stream.compose(new spec());
    printed.pipe(process.stdout, { end: false });
    printed.once('end', () => resolve(outcomes));
  });
}

function count({ name, skip, todo, details, file }, outcomes) {
  const outcome = outcomes.get(file) ?? { passed: 0, failures: [], skips: [] };
  outcomes.set(file, outcome);
  const where = file === undefined ? name : `${sourceOf(file)}: ${name}`;
  if (skip !== undefined && skip !== false)
    outcome.skips.push({ name: where, why: typeof skip === 'string' ? skip : '' });
  else if (details.error !== undefined) {
    if (details.error.failureType !== 'subtestsFailed' && !todo)
      outcome.failures.push({ name: where, why: reasonOf(details.error) });
  } else if (details.type !== 'suite' && todo === undefined) outcome.passed++;
}

function add({ passed, failures, skips }, totals) {
  totals.passed += passed;
  totals.failed += failures.length;
  totals.skipped += skips.length;
  totals.failures.push(...failures);
  totals.skips.push(...skips);
}

/** What was thrown and what caused it, one line. */
function reasonOf(error) {
  const words = [];
  for (let at = error; at instanceof Error && words.length < 5; at = at.cause)
    if (!words.includes(at.message)) words.push(at.message);
  return words.join(' <- ').replace(/\s+/g, ' ').slice(0, 400);
}
