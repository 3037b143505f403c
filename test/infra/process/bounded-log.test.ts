import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BoundedLog } from '../../../infra/process/bounded-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'interleave-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a log never holds more than twice its bound, and the newest lines stay', () => {
  const file = join(folder, 'service.log');
  const log = new BoundedLog(file, 1000);
  for (let line = 0; line < 500; line++) log.write(Buffer.from(`line ${line}\n`));
  log.close();
  assert.ok(statSync(file).size <= 1000);
  assert.ok(statSync(`${file}.1`).size <= 1000);
  assert.match(readFileSync(file, 'utf8'), /line 499\n$/);
  assert.deepEqual(log.lastLines(2), ['line 498', 'line 499']);
});

test('a second start goes on in the same file, which others cannot read', () => {
  const file = join(folder, 'again.log');
  for (const word of ['first', 'second']) {
    const log = new BoundedLog(file, 1000);
    log.write(Buffer.from(`${word}\n`));
    log.close();
  }
  assert.equal(readFileSync(file, 'utf8'), 'first\nsecond\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});
