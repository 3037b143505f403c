/** `interleave reindex` and `interleave index` on real engines, while cases are written and searched. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../../core/radiology/events.ts';
import { DEFAULT_LEXICON } from '../../core/text/lexicon.ts';
import { type OwnKafka, ownKafka } from '../../harness/own-kafka.ts';
import { testContext } from '../../harness/service-context.ts';
import { testKafka } from '../../harness/test-kafka.ts';
import { until } from '../../harness/until.ts';
import { clusterIdOf } from '../../platform/kafka/cluster-id.ts';
import { EventProducer } from '../../platform/kafka/producer.ts';
import { loadConfig } from '../../platform/process/config.ts';
import type { RunningService } from '../../platform/process/lifecycle.ts';
import { events } from '../../schemas/events.ts';
import { physicalIndices } from '../../schemas/index/physical-indices.ts';
import { TOPICS } from '../../schemas/topics.ts';
import { config } from '../../services/indexer/config.ts';
import { start } from '../../services/indexer/service.ts';
import { parseSearchRequest, parseSimilarRequest } from '../../services/search/http/search-request.ts';
import { CaseIndex } from '../../services/search/retrieval/case-index.ts';
import { QueryVectors } from '../../services/search/retrieval/query-vectors.ts';
import { similarCases } from '../../services/search/retrieval/similar-cases.ts';
import { searchCases } from '../../services/search/retrieval/word-search.ts';
import { ShownImages } from '../../services/search/view/shown-images.ts';
import { caseFixture, sha256, vectorOf } from '../support/case-fixture.ts';
import { Cli, runCli } from '../support/cli.ts';
import { OwnIndices } from '../support/own-indices.ts';
import { fixtureSecretFile } from '../support/site-secret.ts';

const PARTITIONS = 8;
const CASES = 300;

describe('a reindex while cases are written and searched', () => {
  const context = testContext('indexer');
  let broker: OwnKafka;
  let indices: OwnIndices;
  let env: Record<string, string>;
  let producer: EventProducer;
  let indexer: RunningService;
  let first = '';
  let index: CaseIndex;
  /** What was written last of each case; null: erased. */
  const written = new Map<string, string | null>();

  before(async () => {
    broker = await ownKafka(PARTITIONS);
    const kafka = testKafka(broker.brokers);
    indices = await OwnIndices.create({ kafkaCluster: await clusterIdOf(kafka) });
    first = indices.names.cases;
    env = {
      ...indices.env,
      INTERLEAVE_KAFKA_BROKERS: broker.brokers.join(','),
      INTERLEAVE_PARTITIONS: String(PARTITIONS),
      INTERLEAVE_SITE_SECRET_FILE: fixtureSecretFile(),
    };
    producer = await EventProducer.connect(kafka, context.log, context.metrics);
    for (let n = 0; n < CASES; n++) await write(n, 'FINDINGS: Pneumothorax.');
    index = new CaseIndex(indices.client, indices.names.casesAlias, new ShownImages(() => true));
    indexer = await start(loadConfig(config, env), context);
    await until(async () => (await index.count()) === CASES, 60_000, 'every case in the first index');
  });
  after(async () => {
    await indexer?.stop();
    await producer?.disconnect();
    await indices?.remove();
    await broker?.stop();
  });

  function caseOf(n: number, text: string): Case {
    const name = `case ${n}`;
    const state = caseFixture({
      caseId: sha256(name).slice(0, 32),
      accession: `A${n}`,
      reports: [text],
      images: [{ vector: vectorOf(name, 1280, 1) }],
    });
    const [vector] = state.vectors;
    if (vector !== undefined) state.vectors.push({ ...vector, vector: vectorOf(`other ${name}`, 1280, 2) });
    return state;
  }

  async function write(n: number, text: string): Promise<void> {
    const state = caseOf(n, text);
    await producer.send(TOPICS.case, { key: state.caseId, value: events.case.encode(state) });
    written.set(state.caseId, text);
  }

  async function erase(n: number): Promise<void> {
    const { caseId } = caseOf(n, '');
    await producer.send(TOPICS.case, { key: caseId, value: null });
    written.set(caseId, null);
  }

  /** The text of every document of an index, by its id. */
  async function textsOf(name: string): Promise<Map<string, string>> {
    await indices.client.indices.refresh({ index: name });
    const { hits } = await indices.client.search<{ text: { report: string } }>({
      index: name,
      size: 10_000,
      _source: ['text.report'],
    });
    return new Map(hits.hits.map(({ _id, _source }) => [_id ?? '', _source?.text.report ?? '']));
  }

  async function untilIn(name: string): Promise<void> {
    const expected = new Map([...written].filter(([, text]) => text !== null));
    await until(
      async () => {
        const found = await textsOf(name);
        return found.size === expected.size && [...expected].every(([id, text]) => found.get(id) === text);
      },
      60_000,
      `every case once and in its newest version in ${name}`,
    );
  }

  const verb = (...args: string[]) => runCli(args, env);
  const listed = async () => {
    const { stdout } = await verb('index', 'list', '--json');
    return (
      JSON.parse(stdout) as {
        indices: { name: string; alias: string | null; lag: number; documents: number }[];
      }
    ).indices;
  };

  it('goes on with what a killed one began, loses nothing and fails no search', async () => {
    const killed = new Cli(['reindex', '--generation', '2'], env);
    await killed.said('is being built');
    killed.child.kill('SIGKILL');
    await killed.exit();

    let over = false;
    let searches = 0;
    const vectors = new QueryVectors({
      embed: async (_, texts) =>
        texts.map(() => Float32Array.from({ length: 512 }, (_, i) => (i === 0 ? 1 : 0))),
    });
    const searching = (async () => {
      while (!over) {
        const answer = await searchCases(
          index,
          vectors,
          DEFAULT_LEXICON,
          parseSearchRequest({ words: 'pneumothorax' }),
        );
        assert.ok(answer.hits.length > 0);
        searches++;
        await sleep(20);
      }
    })();
    const writing = (async () => {
      for (let n = CASES; !over; n++) {
        await write(n, 'FINDINGS: Pneumothorax.');
        await write(n % CASES, `FINDINGS: Pneumothorax. Seen ${n} times.`);
        if (n % 10 === 0) await erase(n - 5);
        // No faster than a busy machine can index in two builds, or neither ever has all of it.
        await sleep(150);
      }
    })();
    const { code, stdout, stderr } = await verb('reindex', '--generation', '2', '--json');
    await sleep(500);
    over = true;
    await Promise.all([searching, writing]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Going on with/);
    const told = JSON.parse(stdout) as { index: string; before: string };
    assert.equal(told.before, first);
    assert.equal(await indices.live(), told.index);
    assert.ok(searches > 10);
    assert.ok(context.ready.ok);

    await untilIn(told.index);
    await untilIn(first);
    const [old, build, ...others] = await listed();
    assert.deepEqual([old?.name, old?.alias, build?.name, others], [first, null, told.index, []]);
    assert.equal(build?.alias, indices.names.casesAlias);
    await until(async () => (await listed()).every(({ lag }) => lag === 0), 30_000, 'no lag');
  });

  it('holds the vectors of its generation, and finds similar cases by them', async () => {
    const builds = await physicalIndices(indices.client, indices.names);
    assert.deepEqual(
      builds.map(({ meta }) => meta.image_vector_generation),
      [1, 2],
    );
    const { caseId } = caseOf(1, '');
    const answer = await similarCases(
      index,
      new QueryVectors({ embed: async () => [] }),
      DEFAULT_LEXICON,
      caseId,
      parseSimilarRequest({ by: 'image' }),
    );
    assert.ok(answer.hits.length > 0);
  });

  it('does not drop the index that is searched', async () => {
    const live = (await indices.live()) ?? '';
    const { code, stderr } = await verb('index', 'drop', live);
    assert.equal(code, 1);
    assert.match(stderr, /INDEX_IN_USE/);
    assert.equal(await indices.live(), live);
  });

  it('goes back to the kept index, which was fed meanwhile', async () => {
    const live = (await indices.live()) ?? '';
    await write(5, 'FINDINGS: Pneumothorax after the reindex.');
    assert.equal((await verb('index', 'use', first)).code, 0);
    assert.equal(await indices.live(), first);
    await untilIn(first);
    assert.equal((await verb('index', 'use', live)).code, 0);
    assert.equal(await indices.live(), live);
  });

  it('does not go back to an index with the mapping of another version, which nobody feeds', async () => {
    const { client } = indices;
    const live = await indices.live();
    const meta = (await client.indices.getMapping({ index: first }))[first]?.mappings._meta ?? {};
    await client.indices.putMapping({ index: first, _meta: { ...meta, mapping_version: 1 } });
    const { code, stderr } = await verb('index', 'use', first);
    assert.equal(code, 1);
    assert.match(stderr, /INDEX_MISMATCH/);
    assert.equal(await indices.live(), live);
    await client.indices.putMapping({ index: first, _meta: meta });
  });

  it('drops the kept index while cases are written, and search finds the other', async () => {
    const pinned = await index.current();
    await write(6, 'FINDINGS: Pneumothorax before the drop.');
    const { code, stderr } = await verb('index', 'drop', first);
    assert.equal(code, 0, stderr);
    await write(7, 'FINDINGS: Pneumothorax after the drop.');
    assert.deepEqual(
      (await listed()).map(({ name }) => name),
      [await indices.live()],
    );
    assert.equal(await indices.client.indices.exists({ index: first }), false);
    await untilIn((await indices.live()) ?? '');
    assert.ok((await index.count()) > 0, `looked up again after ${pinned.name}`);
    assert.deepEqual(context.failures, []);
    assert.match((await verb('index', 'drop', first)).stderr, /INDEX_UNKNOWN/);
  });

  it('drops a build that is not wanted any more, and refuses a second one of other generations', async () => {
    await indexer.stop();
    const begun = new Cli(['reindex', '--generation', '3'], env);
    await begun.said('is being built');
    begun.child.kill('SIGKILL');
    await begun.exit();
    assert.match((await verb('reindex', '--generation', '4')).stderr, /INDEX_BUILDING/);
    const build = (await listed()).find(({ alias }) => alias === null);
    assert.equal((await verb('index', 'drop', build?.name ?? '')).code, 0);
    assert.equal((await listed()).length, 1);
  });
});
