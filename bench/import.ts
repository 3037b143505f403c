import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { ImportSummary } from '../cli/import/summary.ts';
import { SearchClient } from '../harness/search-client.ts';
import { System } from '../harness/system.ts';
import { until } from '../harness/until.ts';
import { openElasticsearch } from '../platform/elasticsearch/client.ts';
import { INDEX_ALIASES } from '../schemas/index/index-names.ts';
import { atLeast, type BenchOptions, type BenchResult, figure } from './bench-result.ts';
import { type ArchiveCase, writeArchive } from './support/archive.ts';
import { BenchCases } from './support/bench-cases.ts';
import { runVerb } from './support/cli-run.ts';
import { MemoryWatch } from './support/memory-watch.ts';
import { percentile } from './support/percentile.ts';
import { SteadyFeed } from './support/steady-feed.ts';

const CASES = 300;
/** The first archive is so many times smaller: what memory grows by from one to the other is the archive's. */
const SMALLER = 5;
const LIVE_RATE = 1;
const BEFORE_S = 30;
/** Cases of the live feed are numbered behind those of the archive, so they are of later days. */
const FIRST_LIVE = 1_000_000;
/** Drawn ahead of time; an import that is slower than this runs out of live cases. */
const SLOWEST_IMAGES_PER_S = 5;
const FOUND_MS = 600_000;

/**
 * An archive of `--cases 300` with 3.5 key images each and their reports lies in a folder and is imported into a running system,
 * while a live feed of 1 case a second goes on: how many images a second, and what the feed notices. A fifth of it comes first
 * by itself, for the memory of the import. Everything runs on this machine. `--max-lag N` is that of the verb.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const count = Number(values['cases'] ?? CASES);
  const more = values['max-lag'] === undefined ? [] : ['--max-lag', values['max-lag']];
  const folder = await mkdtemp(join(tmpdir(), 'interleave-bench-import-'));
  const cases = new BenchCases(say);
  const archives = { small: join(folder, 'small'), large: join(folder, 'large') };
  say(`writing archives of ${Math.ceil(count / SMALLER)} and ${count} cases …`);
  const smallCases = await writeArchive(archives.small, cases, Math.ceil(count / SMALLER), say);
  const largeCases = await writeArchive(archives.large, cases, count, say);
  const images = imagesOf(largeCases);
  const liveCount = LIVE_RATE * (BEFORE_S + Math.ceil(images / SLOWEST_IMAGES_PER_S));
  const live = new BenchCases(say, FIRST_LIVE).take(liveCount);
  say('starting the system …');
  const system = await System.start();
  const client = openElasticsearch(system.instance.elasticsearchUrl);
  try {
    const search = new SearchClient(system.instance.page);
    const importing = async (archive: string) => {
      let memory = new MemoryWatch(undefined);
      const words = ['import', 'folder', archive, '--data-dir', system.dataDir, '--json', ...more];
      const printed = await runVerb(words, say, (pid) => {
        memory = new MemoryWatch(pid);
      });
      memory.stop();
      return { result: JSON.parse(printed) as ImportSummary, peakMib: memory.peakMib };
    };

    say('importing the small archive, with nothing beside it …');
    const first = await importing(archives.small);
    await untilFound(client, smallCases);

    say(`${LIVE_RATE} live case/s for ${BEFORE_S} s …`);
    const before = new SteadyFeed(system, search, live.slice(0, LIVE_RATE * BEFORE_S), { rate: LIVE_RATE });
    await before.whole(say);

    say('importing the large archive beside the live feed …');
    const meanwhile = new SteadyFeed(system, search, live.slice(LIVE_RATE * BEFORE_S), { rate: LIVE_RATE });
    const began = performance.now();
    const done = await importing(archives.large);
    const found = await untilFound(client, largeCases);
    const seconds = (found - began) / 1000;
    await meanwhile.stop(say);

    return {
      bench: 'import',
      figures: [
        atLeast('import_images_per_s', images / seconds, 'images/s', 25),
        figure('import_images_per_s_acknowledged', images / done.result.seconds, 'images/s'),
        figure('ack_to_findable_p50_s_before', percentile(before.delays, 0.5), 's'),
        figure('ack_to_findable_p95_s_before', percentile(before.delays, 0.95), 's'),
        figure('ack_to_findable_p50_s_meanwhile', percentile(meanwhile.delays, 0.5), 's'),
        figure('ack_to_findable_p95_s_meanwhile', percentile(meanwhile.delays, 0.95), 's'),
        figure('import_memory_mib_small', first.peakMib, 'MiB'),
        figure('import_memory_mib', done.peakMib, 'MiB'),
      ],
      peers: [],
      notes: [
        `${largeCases.length} cases, ${images} images and ${done.result.accepted.reports} reports in ${seconds.toFixed(1)} s, all embedded and indexed; the small archive has ${imagesOf(smallCases)} images`,
        `${before.delays.length} live cases before, ${meanwhile.delays.length} meanwhile; import_images_per_s counts the images of the archive alone`,
      ],
    };
  } finally {
    await client.close();
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function imagesOf(cases: readonly ArchiveCase[]): number {
  return cases.reduce((sum, { images }) => sum + images, 0);
}

const embeddedSchema = z.object({
  images: z.object({ embedded: z.object({ doc_count: z.number() }) }),
});

/** Resolves to the moment when every case of the archive is in the index, with its report and a vector of each image. */
async function untilFound(client: Client, cases: readonly ArchiveCase[]): Promise<number> {
  const query = { terms: { accession: cases.map(({ accession }) => accession) } };
  await until(
    async () => {
      const { hits, aggregations } = await client.search({
        index: INDEX_ALIASES.casesAlias,
        size: 0,
        track_total_hits: true,
        query: { bool: { filter: [query, { range: { report_count: { gte: 1 } } }] } },
        aggs: {
          images: {
            nested: { path: 'images' },
            aggs: { embedded: { filter: { exists: { field: 'images.vector' } } } },
          },
        },
      });
      const total = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0);
      const { embedded } = embeddedSchema.parse(aggregations).images;
      await sleep(200);
      return total >= cases.length && embedded.doc_count >= imagesOf(cases);
    },
    FOUND_MS,
    'every case of the archive in the index',
  );
  return performance.now();
}
