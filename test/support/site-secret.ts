import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIXTURE_SECRET } from './case-fixture.ts';

/** A file with `FIXTURE_SECRET`, gone with the process. */
export function fixtureSecretFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interleave-secret-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'site-secret');
  writeFileSync(file, FIXTURE_SECRET, { mode: 0o600 });
  return file;
}
