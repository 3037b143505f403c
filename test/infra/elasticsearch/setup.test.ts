import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@elastic/elasticsearch';
import { completeBuild, createBuild, deleteBuild } from '../../../infra/elasticsearch/create-indices.ts';
import { setUpElasticsearch } from '../../../infra/elasticsearch/setup.ts';
import { generationsFor } from '../../../models/index-generations.ts';
import { openElasticsearch } from '../../../platform/elasticsearch/client.ts';
import { createLogger } from '../../../platform/process/log.ts';
import { casesMappingVersion, generationsOf } from '../../../schemas/index/index-definition.ts';
import { type IndexNames, indexNames } from '../../../schemas/index/index-names.ts';
import { physicalIndices } from '../../../schemas/index/physical-indices.ts';
import { engines } from '../../support/engines.ts';
import { ownIndexAliases } from '../../support/own-indices.ts';

const log = createLogger('test', 'fatal');

describe('setUpElasticsearch', () => {
  const run = randomUUID().slice(0, 8);
  const aliases = ownIndexAliases(run);
  const options = { kafkaCluster: 'cluster-one', aliases };
  let names: IndexNames;
  let url = '';
  let client: Client;

  before(async () => {
    url = (await engines()).elasticsearchUrl;
    client = openElasticsearch(url);
  });
  after(async () => {
    for (const { names } of await physicalIndices(client, aliases)) await deleteBuild(client, log, names);
    await client.close();
  });

  it('creates both views behind their aliases, and does nothing the second time', async () => {
    names = await setUpElasticsearch(url, log, options);
    assert.deepEqual(await setUpElasticsearch(url, log, options), names);
    const found = await client.indices.getAlias({ name: `${names.casesAlias},${names.analysisAlias}` });
    assert.deepEqual(Object.keys(found).sort(), [names.analysis, names.cases]);
  });

  it('names the generations, the cluster and the state in the mapping', async () => {
    const [build] = await physicalIndices(client, aliases);
    const { text, image } = generationsFor();
    assert.deepEqual(build === undefined ? null : generationsOf(build.meta), { text, image });
    assert.equal(build?.meta.kafka_cluster, 'cluster-one');
    assert.equal(build?.meta.state, 'ready');
    assert.equal(build?.isLive, true);
  });

  it('says so before it creates a view that is gone: whoever filled the other has to begin again', async () => {
    let told = 0;
    const missingWhenTold = async () => {
      told++;
      assert.equal(await client.indices.exists({ index: names.analysis }), false);
    };
    await setUpElasticsearch(url, log, { ...options, forget: missingWhenTold });
    assert.equal(told, 0);
    await client.indices.delete({ index: names.analysis });
    await setUpElasticsearch(url, log, { ...options, forget: missingWhenTold });
    assert.equal(told, 1);
  });

  it('refreshes within a second and quantises vectors as the mapping says', async () => {
    const settings = await client.indices.getSettings({ index: names.cases });
    assert.equal(settings[names.cases]?.settings?.index?.refresh_interval, '1s');
    const mapping = await client.indices.getMapping({ index: names.cases });
    const vector = mapping[names.cases]?.mappings.properties?.['text_vector'];
    assert.ok(vector?.type === 'dense_vector');
    assert.equal(vector.index_options?.type, 'int8_hnsw');
  });

  it('takes an index as earlier versions made it, under its fixed name', async () => {
    const older = ownIndexAliases(`${run}-older`);
    const first = indexNames(older, `${older.casesAlias}-000001`);
    const build = { kafkaCluster: 'cluster-one', state: 'ready', live: true } as const;
    await completeBuild(client, log, first, { ...build, generations: generationsFor() });
    await client.indices.putMapping({
      index: first.cases,
      _meta: {
        view: 'clinical',
        mapping_version: await casesMappingVersion(),
        text_vector_generation: 1,
        image_vector_generation: 1,
        kafka_cluster: 'cluster-one',
      },
    });
    assert.deepEqual(await setUpElasticsearch(url, log, { ...options, aliases: older }), first);
    const [found] = await physicalIndices(client, older);
    assert.deepEqual([found?.meta.text_dims, found?.meta.image_dims], [512, 1280]);
    await deleteBuild(client, log, first);
  });

  it('leaves an index of other generations as it is: its mapping says what it holds', async () => {
    const other = { generation: 2, dims: 8, bundle: 'b'.repeat(64), name: 'other', reembedAt: 0 };
    const live = { image: [other], text: [other] };
    assert.deepEqual(await setUpElasticsearch(url, log, { ...options, live }), names);
    const [build] = await physicalIndices(client, aliases);
    assert.deepEqual([build?.meta.image_vector_generation, build?.meta.text_vector_generation], [1, 1]);
  });

  it('refuses an index of an older mapping, and says how to make it anew', async () => {
    await client.indices.putMapping({
      index: names.analysis,
      _meta: { view: 'analysis', mapping_version: 1, kafka_cluster: 'cluster-one' },
    });
    names = await setUpElasticsearch(url, log, { ...options, rebuild: true });
    await client.indices.putMapping({
      index: names.analysis,
      _meta: { view: 'analysis', mapping_version: 1 },
    });
    await assert.rejects(setUpElasticsearch(url, log, options), {
      code: 'INDEX_MISMATCH',
      message: /mapping version 1.*needs 2.*up --rebuild-index/,
    });
  });

  it('makes both anew when it is asked to, after whoever filled them was told', async () => {
    await client.index({ index: names.cases, id: 'old', document: { title: 'old' }, refresh: true });
    const told: string[] = [];
    const forget = async ({ cases }: IndexNames) => {
      told.push(cases);
      assert.equal(await client.indices.exists({ index: cases }), true);
    };
    await createBuild(client, log, aliases, {
      kafkaCluster: 'cluster-one',
      state: 'building',
      live: false,
      generations: generationsFor(),
    });
    const anew = await setUpElasticsearch(url, log, { ...options, rebuild: true, forget });
    assert.equal(told.length, 2);
    assert.ok(told.includes(names.cases));
    assert.deepEqual(
      (await physicalIndices(client, aliases)).map((build) => build.names),
      [anew],
    );
    names = anew;
    assert.equal((await client.count({ index: names.casesAlias })).count, 0);
    await setUpElasticsearch(url, log, options);
  });

  it('makes a new index for the bundle that was promoted last, once the one before is live no more', async () => {
    const [first, second] = [1, 2].map((generation) => ({
      generation,
      dims: 8 * generation,
      bundle: String(generation).repeat(64),
      name: `bundle ${generation}`,
      reembedAt: 0,
    }));
    assert.ok(first !== undefined && second !== undefined);
    const madeFor = async (live: { image?: (typeof first)[]; text?: (typeof first)[] }) => {
      names = await setUpElasticsearch(url, log, { ...options, rebuild: true, live });
      const [build] = await physicalIndices(client, aliases);
      return build === undefined ? null : generationsOf(build.meta);
    };
    for (const kind of ['image', 'text'] as const) {
      assert.deepEqual(await madeFor({ [kind]: [first, second] }), generationsFor({ [kind]: first }));
      assert.deepEqual(await madeFor({ [kind]: [second] }), generationsFor({ [kind]: second }));
      assert.deepEqual(await madeFor({}), generationsFor());
    }
  });

  it('refuses an index that was filled from another Kafka: its versions are offsets of that one', async () => {
    const other = { ...options, kafkaCluster: 'cluster-two' };
    await assert.rejects(setUpElasticsearch(url, log, other), {
      code: 'INDEX_OF_OTHER_KAFKA',
      message: /cluster-one.*cluster-two.*up --rebuild-index/,
    });
    await setUpElasticsearch(url, log, { ...other, rebuild: true });
    await setUpElasticsearch(url, log, other);
  });

  it('says that Elasticsearch is away', async () => {
    await assert.rejects(setUpElasticsearch('http://127.0.0.1:1', log, options), {
      code: 'ELASTICSEARCH_UNAVAILABLE',
    });
  });
});
