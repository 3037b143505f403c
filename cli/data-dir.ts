import { join, resolve } from 'node:path';
import { projectRoot } from '../platform/process/project-root.ts';
import type { VerbInput } from './verb.ts';

export const DATA_DIR_OPTION = { 'data-dir': { type: 'string' } } as const;

/** The folder with all data of one system: `--data-dir`, INTERLEAVE_DATA_DIR, or `.interleave/data` of the checkout. */
export function dataDirOf(input: VerbInput): string {
  return resolve(
    input.text('data-dir') ??
      (process.env['INTERLEAVE_DATA_DIR'] || join(projectRoot(), '.interleave', 'data')),
  );
}
