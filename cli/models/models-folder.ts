import { join, resolve } from 'node:path';
import { projectRoot } from '../../platform/process/project-root.ts';
import type { VerbInput } from '../verb.ts';

export const MODELS_DIR_OPTION = { 'models-dir': { type: 'string' } } as const;

/** The folder with the bundles: `--models-dir`, INTERLEAVE_MODELS_DIR, or `.interleave/models` of the checkout. */
export function modelsDirOf(input: VerbInput): string {
  return resolve(
    input.text('models-dir') ??
      (process.env['INTERLEAVE_MODELS_DIR'] || join(projectRoot(), '.interleave', 'models')),
  );
}
