import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { saveOtherBundle } from '../harness/other-bundle.ts';
import { SearchClient } from '../harness/search-client.ts';
import { System } from '../harness/system.ts';
import { IMAGE_VECTOR } from '../models/image-encoder.ts';
import { projectRoot } from '../platform/process/project-root.ts';
import { type BenchOptions, type BenchResult, figure } from './bench-result.ts';
import { BenchCases } from './support/bench-cases.ts';
import { runVerb } from './support/cli-run.ts';
import { percentile } from './support/percentile.ts';
import { SearchingClients } from './support/searching-clients.ts';
import { SteadyFeed } from './support/steady-feed.ts';

const CASES = 400;
/** The store is filled at this rate, which holds. */
const FILL_RATE = 4;
const CLIENTS = 2;
const FEED_RATE = 1;
const BEFORE_MS = 20_000;
const OTHER = 'bench-encoder';

/**
 * Stored images are embedded again with another encoder that was promoted (`--cases 400`), the network that comes with us and a projection behind
 * it, while a case a second comes in and 2 clients search. The other encoder alone is asked for stored images, both for what comes in.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const count = Number(values['cases'] ?? CASES);
  const modelsDir = mkdtempSync(join(tmpdir(), 'interleave-bench-models-'));
  cpSync(process.env['INTERLEAVE_MODELS_DIR'] || join(projectRoot(), '.interleave/models'), modelsDir, {
    recursive: true,
  });
  await saveOtherBundle(modelsDir, IMAGE_VECTOR.name, { name: OTHER, seed: 7, dims: 256 });
  say('starting the system …');
  const system = await System.start(['--no-feed'], { INTERLEAVE_MODELS_DIR: modelsDir });
  try {
    const search = new SearchClient(system.instance.page);
    const cases = new BenchCases(say);
    const stored = cases.take(count);
    const images = stored.reduce((sum, one) => sum + one.images.length, 0);
    say(`storing ${count} cases with ${images} images …`);
    await new SteadyFeed(system, search, stored, { rate: FILL_RATE }).whole(say);

    const fed = cases.take(600);
    const alone = new SearchingClients(search, CLIENTS);
    const before = new SteadyFeed(system, search, fed.splice(0, 100), { rate: FEED_RATE });
    await sleep(BEFORE_MS);
    await Promise.all([alone.stop(), before.stop(say)]);

    const asked = ['--data-dir', system.dataDir, '--models-dir', modelsDir];
    await runVerb(['models', 'promote', OTHER, ...asked], say);
    const searching = new SearchingClients(search, CLIENTS);
    const feed = new SteadyFeed(system, search, fed, { rate: FEED_RATE });
    const began = performance.now();
    await runVerb(['reembed', '--bundle', OTHER, '--wait', ...asked], say);
    const seconds = (performance.now() - began) / 1000;
    await Promise.all([searching.stop(), feed.stop(say)]);
    for (const failure of new Set([...alone.failures, ...searching.failures]))
      say(`a search failed: ${failure}`);
    return {
      bench: 'reembed',
      figures: [
        figure('reembed_images_per_s', images / seconds, 'images/s'),
        figure('search_p95_ms_before', percentile(alone.seconds, 0.95) * 1000, 'ms'),
        figure('search_p95_ms_meanwhile', percentile(searching.seconds, 0.95) * 1000, 'ms'),
        figure('ack_to_findable_p95_s_before', percentile(before.delays, 0.95), 's'),
        figure('ack_to_findable_p95_s_meanwhile', percentile(feed.delays, 0.95), 's'),
        figure('failed_searches', alone.failures.length + searching.failures.length, ''),
      ],
      peers: [],
      notes: [
        `${images} stored images of ${count} cases in ${seconds.toFixed(1)} s; at most half of the time is spent on them (REEMBED_SHARE)`,
        `${FEED_RATE} case/s came in: ${before.delays.length} before, ${feed.delays.length} meanwhile; ${alone.seconds.length} and ${searching.seconds.length} searches of ${CLIENTS} clients`,
      ],
    };
  } finally {
    await system.stop();
    rmSync(modelsDir, { recursive: true, force: true });
  }
}
