import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../platform/process/project-root.ts';

const ROOT = projectRoot();

function filesOf(room: string): { file: string; text: string }[] {
  return readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ file: relative(ROOT, path), text: readFileSync(path, 'utf8') }));
}

/** What stands between the brackets of a call, as far as its next line that is indented like it. */
function callsOf(text: string, name: string): string[] {
  return text
    .split(`${name}(`)
    .slice(1)
    .map((rest) => rest.split(/\n {0,6}\}\)/)[0] ?? '');
}

test('every consumer and every register of a service asks for a schema that it does not have', () => {
  const without = filesOf('services').filter(({ text }) =>
    ['await consume', 'return consume', 'new RegisterReader'].some((name) =>
      callsOf(text, name).some((call) => !/\bschemas\b|\.\.\.common\b/.test(call)),
    ),
  );
  assert.deepEqual(
    without.map(({ file }) => file),
    [],
  );
});

test('whoever connects a producer has put its schemas where every reader finds them', () => {
  const starts = [...filesOf('services'), ...filesOf('cli')].filter(
    ({ file, text }) => text.includes('EventProducer.connect(') && !HANDED_DOWN.includes(file),
  );
  assert.ok(starts.length >= 8);
  for (const { file, text } of starts) {
    const published = text.search(/Schemas\.published\(|schemas\.publish\(/);
    assert.ok(published >= 0 && published < text.indexOf('EventProducer.connect('), file);
  }
});

/** `recover` has done so before it calls the first; what an operator gives up is no event. */
const HANDED_DOWN = ['services/joiner/recover/recover-erasures.ts', 'cli/verbs/schemas.ts'];
