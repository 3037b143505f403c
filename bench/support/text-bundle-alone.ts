import type { System } from '../../harness/system.ts';
import { SENTENCE_BUNDLE } from '../../models/packaged-bundles.ts';
import { runVerb } from './cli-run.ts';

/**
 * As an operator would: promotes a text encoder, makes the index of its vectors, retires the one that comes with us, and drops the index
 * from before, which the indexer would feed as well.
 */
export async function serveTextBundleAlone({ dataDir }: System, bundle: string): Promise<void> {
  const verb = (...words: string[]) => runVerb([...words, '--json', '--data-dir', dataDir]);
  await verb('models', 'promote', bundle);
  await verb('reindex', '--bundle', bundle);
  await verb('models', 'retire', SENTENCE_BUNDLE.name);
  const { indices } = JSON.parse(await verb('index', 'list')) as {
    indices: { name: string; alias: string | null }[];
  };
  for (const { name, alias } of indices) if (!alias) await verb('index', 'drop', name);
}
