import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import { SearchClient } from '../harness/search-client.ts';
import { System } from '../harness/system.ts';
import { until } from '../harness/until.ts';
import { openElasticsearch, SET_UP_TIMEOUT_MS } from '../platform/elasticsearch/client.ts';
import { INDEX_ALIASES } from '../schemas/index/index-names.ts';
import { atLeast, atMost, type BenchOptions, type BenchResult, figure } from './bench-result.ts';
import { BenchCases } from './support/bench-cases.ts';
import { runVerb } from './support/cli-run.ts';
import { percentile } from './support/percentile.ts';
import { SearchingClients } from './support/searching-clients.ts';
import { SteadyFeed } from './support/steady-feed.ts';
import { STORED_GENERATIONS } from './support/stored-cases.ts';
import { writeStoredCases } from './support/stored-log.ts';

const SEED = 23;
const CASES = 20_000;
const FEED_RATE = 2;
const CLIENTS = 2;
/** Cases of the feed are numbered behind those that are stored. */
const FIRST_FED = 1_000_000;
/** Drawn ahead of time: a reindex at the speed that it should have takes no longer. */
const EXPECTED_CASES_PER_S = 150;
/** The feed goes on for so long after the take-over, with the old index fed as well. */
const AFTER_MS = 10_000;
const INDEXED_MS = 1_800_000;

/**
 * Builds a new index of another generation of image vectors beside the one that is searched, from cases that stand on
 * `radiology.case` (`--cases 20000`), while 2 cases a second come in through the gateways and 2 clients search. Everything runs on
 * this machine.
 */
export async function run({ values, say }: BenchOptions): Promise<BenchResult> {
  const count = Number(values['cases'] ?? CASES);
  const dataDir = mkdtempSync(join(tmpdir(), 'interleave-bench-reindex-'));
  say(`writing ${count} cases onto Kafka, with vectors of two generations and no pictures drawn …`);
  const stored = await writeStoredCases(dataDir, { seed: SEED, count, say });
  const fed = new BenchCases(say, FIRST_FED).take(
    Math.ceil((count / EXPECTED_CASES_PER_S) * FEED_RATE) + FEED_RATE * 20,
  );
  say('starting the system …');
  const system = await System.startOn(dataDir);
  const client = openElasticsearch(system.instance.elasticsearchUrl, SET_UP_TIMEOUT_MS);
  try {
    const search = new SearchClient(system.instance.page);
    say(`waiting until all ${count} cases are in the first index …`);
    await indexed(client, count, say);

    say(`feeding ${FEED_RATE} cases/s, ${CLIENTS} clients search, and the reindex begins …`);
    // The new index holds vectors that nobody makes of what comes in: found means with report and thumbnails.
    const feed = new SteadyFeed(system, search, fed, { rate: FEED_RATE, embedded: false });
    const searching = new SearchingClients(search, CLIENTS);
    await sleep(5_000);
    const done = await reindex(dataDir, say);
    await sleep(AFTER_MS);
    await searching.stop();
    await feed.stop(say);
    const cases = (await client.count({ index: done.index })).count;
    say('comparing what is in the new index with what was sent …');
    const wrong = await lostOrTwice(client, done.index, stored, feed.sent);

    for (const line of system.said().split('\n')) if (line.startsWith('!')) say(line);
    for (const failure of new Set(searching.failures)) say(`a search failed: ${failure}`);
    return {
      bench: 'reindex',
      figures: [
        atLeast('reindex_cases_per_s', count / done.seconds, 'cases/s', 150),
        figure('search_p95_ms_meanwhile', percentile(searching.seconds, 0.95) * 1000, 'ms'),
        atMost('ack_to_findable_p95_s_meanwhile', percentile(feed.delays, 0.95), 's', 5),
        atMost('failed_searches', searching.failures.length, '', 0),
        atMost('lost_or_twice', wrong, '', 0),
      ],
      peers: [],
      notes: [
        `${count} stored cases, image vectors of 1280 components, from generation ${STORED_GENERATIONS.before} to ${STORED_GENERATIONS.after}; ${cases} cases in the new index`,
        `${done.seconds.toFixed(1)} s from the command until the aliases had moved; ${searching.seconds.length} searches; ${feed.sent.size} cases fed, of which ${feed.delays.length} found`,
      ],
    };
  } finally {
    await client.close();
    await system.stop();
  }
}

async function indexed(client: Client, count: number, say: (line: string) => void): Promise<void> {
  let saidAt = 0;
  await until(
    async () => {
      const found = await client.count({ index: INDEX_ALIASES.casesAlias });
      if (performance.now() - saidAt > 5_000) {
        say(`${found.count} of ${count} cases in the first index`);
        saidAt = performance.now();
      }
      await sleep(450);
      return found.count >= count;
    },
    INDEXED_MS,
    'every stored case in the first index',
  );
}

/** Runs the verb as an operator would. */
async function reindex(
  dataDir: string,
  say: (line: string) => void,
): Promise<{ index: string; seconds: number }> {
  const generation = String(STORED_GENERATIONS.after);
  const said = await runVerb(['reindex', '--generation', generation, '--json', '--data-dir', dataDir], say);
  return JSON.parse(said) as { index: string; seconds: number };
}

/** Cases that the new index lacks, holds twice (one accession number in two documents), or should not hold. */
async function lostOrTwice(
  client: Client,
  index: string,
  stored: ReadonlySet<string>,
  fed: ReadonlySet<string>,
): Promise<number> {
  await client.indices.refresh({ index });
  const ids = new Set<string>();
  const accessions: string[] = [];
  let page = await client.search<{ accession: string }>({
    index,
    size: 5_000,
    scroll: '2m',
    _source: ['accession'],
    sort: ['_doc'],
  });
  while (page.hits.hits.length > 0) {
    for (const { _id, _source } of page.hits.hits) {
      ids.add(_id ?? '');
      accessions.push(_source?.accession ?? '');
    }
    page = await client.scroll({ scroll_id: page._scroll_id ?? '', scroll: '2m' });
  }
  const there = new Set(accessions);
  const lost =
    [...stored].filter((id) => !ids.has(id)).length + [...fed].filter((one) => !there.has(one)).length;
  const twice = accessions.length - there.size;
  const strange = ids.size - stored.size - fed.size;
  return lost + twice + Math.abs(strange);
}
