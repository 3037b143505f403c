import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@elastic/elasticsearch';
import { setUpElasticsearch } from '../../../infra/elasticsearch/setup.ts';
import { openElasticsearch } from '../../../platform/elasticsearch/client.ts';
import { createLogger } from '../../../platform/process/log.ts';
import { engines } from '../../support/engines.ts';
import { ownIndexNames } from '../../support/own-indices.ts';

const log = createLogger('test', 'fatal');

describe('setUpElasticsearch', () => {
  const run = randomUUID().slice(0, 8);
  const names = ownIndexNames(run);
  const next = ownIndexNames(run, 2);
  const options = { kafkaCluster: 'cluster-one', names };
  let url = '';
  let client: Client;

  before(async () => {
    url = (await engines()).elasticsearchUrl;
    client = openElasticsearch(url);
  });
  after(async () => {
    await client.indices.delete({
      index: `${names.cases},${next.cases},${names.analysis}`,
      ignore_unavailable: true,
    });
    await client.close();
  });

  it('creates both views behind their aliases, and does nothing the second time', async () => {
    await setUpElasticsearch(url, log, options);
    await setUpElasticsearch(url, log, options);
    const aliases = await client.indices.getAlias({ name: `${names.casesAlias},${names.analysisAlias}` });
    assert.deepEqual(Object.keys(aliases).sort(), [names.analysis, names.cases]);
  });

  it('says so before it creates one: whoever filled an index of this name has to begin again', async () => {
    let told = 0;
    const missingWhenTold = async () => {
      told++;
      assert.equal(await client.indices.exists({ index: names.analysis }), false);
    };
    await setUpElasticsearch(url, log, { ...options, beforeCreating: missingWhenTold });
    assert.equal(told, 0);
    await client.indices.delete({ index: names.analysis });
    await setUpElasticsearch(url, log, { ...options, beforeCreating: missingWhenTold });
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

  it('leaves the alias where it is when a new physical index is made', async () => {
    await setUpElasticsearch(url, log, {
      ...options,
      names: { ...names, cases: next.cases },
    });
    const aliases = await client.indices.getAlias({ name: names.casesAlias });
    assert.deepEqual(Object.keys(aliases), [names.cases]);
  });

  it('refuses an index of another vector generation', async () => {
    await client.indices.putMapping({
      index: names.cases,
      _meta: { view: 'clinical', mapping_version: 3, text_vector_generation: 2, image_vector_generation: 1 },
    });
    await assert.rejects(setUpElasticsearch(url, log, options), { code: 'INDEX_MISMATCH' });
  });

  it('refuses an index of an older mapping, and says how to make it anew', async () => {
    await client.indices.putMapping({
      index: names.analysis,
      _meta: { view: 'analysis', mapping_version: 1, kafka_cluster: 'cluster-one' },
    });
    await setUpElasticsearch(url, log, { ...options, rebuild: true });
    await client.indices.putMapping({
      index: names.analysis,
      _meta: { view: 'analysis', mapping_version: 1 },
    });
    await assert.rejects(setUpElasticsearch(url, log, options), {
      code: 'INDEX_MISMATCH',
      message: /"mapping_version":1.*"mapping_version":2.*up --rebuild-index/,
    });
  });

  it('makes both anew when it is asked to, after whoever filled them was told', async () => {
    await client.index({ index: names.cases, id: 'old', document: { title: 'old' }, refresh: true });
    let told = 0;
    const beforeCreating = async () => {
      told++;
      assert.equal(await client.indices.exists({ index: names.cases }), true);
    };
    await setUpElasticsearch(url, log, { ...options, rebuild: true, beforeCreating });
    assert.equal(told, 1);
    assert.equal((await client.count({ index: names.casesAlias })).count, 0);
    await setUpElasticsearch(url, log, options);
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
