import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DEFAULT_SITE, normaliseAccession } from '../../../core/radiology/case-key.ts';
import { sharedData } from '../../../harness/shared-data.ts';
import { shuffled } from './real-studies.ts';

export interface ScoutFile {
  name: string;
  bytes: Buffer;
  /** OBR-3 of its reports, where it is one */
  accessions: string[];
}

/** Log files of a RIS feed that hold reports with text, chosen by a seed. */
export function scoutFiles(count: number, seed: number): ScoutFile[] {
  const root = sharedData('hl7_radiology_scout');
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const chosen: ScoutFile[] = [];
  for (const path of shuffled(files, seed)) {
    if (chosen.length === count) break;
    const bytes = readFileSync(path);
    const accessions = accessionsIn(bytes.toString('latin1'));
    if (accessions.length > 0) chosen.push({ name: relative(root, path), bytes, accessions });
  }
  return chosen;
}

/** Read with the plainest means, not with the parser under test. */
function accessionsIn(log: string): string[] {
  const found = new Set<string>();
  for (const line of log.split('<R>')) {
    const fields = line.trim().split('|');
    if (fields[0] !== 'OBR') continue;
    const value = normaliseAccession(DEFAULT_SITE, (fields[3] ?? '').split('^')[0] ?? '');
    if (value !== '') found.add(value);
  }
  return [...found];
}
