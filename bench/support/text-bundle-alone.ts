import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { System } from '../../harness/system.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { projectRoot } from '../../platform/process/project-root.ts';

/** As an operator would: promotes a text encoder, makes the index of its vectors, and retires the one that comes with us. */
export async function serveTextBundleAlone({ dataDir }: System, bundle: string): Promise<void> {
  for (const words of [
    ['models', 'promote', bundle],
    ['reindex', '--bundle', bundle],
    ['models', 'retire', SENTENCE_BUNDLE.name],
  ])
    await promisify(execFile)(process.execPath, [
      join(projectRoot(), 'build', 'cli', 'main.js'),
      ...words,
      '--data-dir',
      dataDir,
    ]);
}
