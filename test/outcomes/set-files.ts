import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sharedData } from '../../harness/shared-data.ts';

export type SetName = 'hl7_misc' | 'hl7_radiology_scout' | 'dicom';

/** Every file of a set of real data but what describes the set; paths as they stand in the tables. */
export async function setFiles(set: SetName): Promise<{ path: string; file: string }[]> {
  const entries = await readdir(sharedData(set), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !ABOUT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: `${set}/${relative(sharedData(set), file)}`, file }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const ABOUT = /^(?:README.*\.md|manifest.*\.csv)$/i;
