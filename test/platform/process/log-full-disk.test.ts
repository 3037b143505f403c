import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { MAX_HELD_LOG_BYTES } from '../../../platform/process/log-output.ts';
import { SmallDisk, withoutMount } from '../../support/small-disk.ts';

const LOG = import.meta
  .resolve('../../../platform/process/log.ts')
  .replace(/\.ts$/, pathToFileURL(import.meta.filename).href.endsWith('.js') ? '.js' : '.ts');

/** Logs lines of 1 KiB as it is asked, and says when it has. */
const LOGGING = `
const { createLogger } = await import(${JSON.stringify(LOG)});
const log = createLogger('test');
let n = 0;
process.on('message', (count) => {
  for (const end = n + count; n < end; n++) log.info({ n, filled: 'x'.repeat(1000) }, 'line');
  process.send(n);
});
process.send(0);
`;

for (const [lines, what] of [
  [100, 'are written when there is room'],
  [(2 * MAX_HELD_LOG_BYTES) / 1024, 'more than are held, are let go, and those after them are written'],
] as const)
  test(`log lines that a full disk does not take end no process: ${what}`, {
    skip: withoutMount,
  }, async (t) => {
    const disk = new SmallDisk(4);
    t.after(() => disk.remove());
    const file = join(disk.folder, 'service.log');
    const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', LOGGING], {
      stdio: ['ignore', openSync(file, 'a'), 'inherit', 'ipc'],
    });
    t.after(() => child.kill('SIGKILL'));
    const logged = async (count: number) => {
      child.send(count);
      await once(child, 'message');
    };
    await once(child, 'message');
    await logged(1);
    disk.fill();
    await logged(lines);
    assert.equal(child.exitCode, null);
    disk.empty();
    await logged(2);
    const found = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { n?: number; lines?: number; msg: string });
    const numbers = found.flatMap(({ n }) => n ?? []);
    const lost = found.find(({ msg }) => msg === 'log.lost')?.lines ?? 0;
    assert.equal(numbers[0], 0);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
      'each line whole, in order',
    );
    assert.equal(numbers.length + lost, lines + 3);
    assert.equal(lost === 0, lines === 100);
  });
