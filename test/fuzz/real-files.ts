import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { missing, sharedData } from '../../harness/shared-data.ts';

/** The first bytes of some files of a set of real data, spread over it; none where it is missing. */
export function realFiles(set: string, count: number, mostBytes: number): Buffer[] {
  if (missing(set) !== false) return [];
  const files = readdirSync(sharedData(set), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:csv|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).size > 0)
    .sort();
  const step = Math.max(1, Math.floor(files.length / count));
  return files
    .filter((_, i) => i % step === 0)
    .slice(0, count)
    .map((file) => readFileSync(file).subarray(0, mostBytes));
}
