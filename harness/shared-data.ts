import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectRoot } from '../platform/process/project-root.ts';

/** The folder of real data beside the checkout; it is read where it is and never copied. */
export const SHARED = process.env['INTERLEAVE_SHARED'] ?? resolve(projectRoot(), '..', 'shared');

/** A path in the real data, for example `sharedData('dicom', 'manifest.csv')`. */
export function sharedData(...path: string[]): string {
  return join(SHARED, 'data', ...path);
}

/** For the `skip` option of a test: false where the data set is there, else the reason, which the runner prints. */
export function missing(...path: string[]): string | false {
  return existsSync(sharedData(...path)) ? false : `SKIPPED: the real data set ${path.join('/')} is not here`;
}
