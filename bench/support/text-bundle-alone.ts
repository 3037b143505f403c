import type { System } from '../../harness/system.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { runVerb } from './cli-run.ts';

/** As an operator would: promotes a text encoder, makes the index of its vectors, and retires the one that comes with us. */
export async function serveTextBundleAlone({ dataDir }: System, bundle: string): Promise<void> {
  for (const words of [
    ['models', 'promote', bundle],
    ['reindex', '--bundle', bundle],
    ['models', 'retire', SENTENCE_BUNDLE.name],
  ])
    await runVerb([...words, '--data-dir', dataDir]);
}
