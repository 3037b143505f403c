import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@elastic/elasticsearch';
import { until } from '../../../../harness/until.ts';
import { openElasticsearch } from '../../../../platform/elasticsearch/client.ts';
import { createLogger } from '../../../../platform/process/log.ts';
import { Readiness } from '../../../../platform/process/readiness.ts';
import { ELASTICSEARCH_PING_MS, ELASTICSEARCH_PING_TIMEOUT_MS } from '../../../../services/search/limits.ts';
import { CaseIndex } from '../../../../services/search/retrieval/case-index.ts';
import { watchElasticsearch } from '../../../../services/search/retrieval/watch-elasticsearch.ts';
import { ShownImages } from '../../../../services/search/view/shown-images.ts';
import { OwnIndices } from '../../../support/own-indices.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';

const log = createLogger('test', 'silent');

describe('watchElasticsearch', () => {
  let indices: OwnIndices;
  let client: Client;
  let proxy: TcpProxy;

  before(async () => {
    indices = await OwnIndices.create();
    const { hostname, port } = new URL(indices.url);
    proxy = await TcpProxy.listen({ host: hostname, port: Number(port) });
    client = openElasticsearch(`http://127.0.0.1:${proxy.port}`);
  });
  after(() => Promise.all([client.close(), indices.remove(), proxy.close()]));

  it('is not ready while Elasticsearch is away, and ready again when it is back, without any search', async () => {
    const ready = new Readiness();
    const watch = watchElasticsearch(
      new CaseIndex(client, indices.names.casesAlias, new ShownImages(() => true)),
      ready,
      log,
      50,
    );
    try {
      assert.ok(ready.ok);
      proxy.cut();
      await until(() => !ready.ok, 10_000, 'not ready');
      assert.equal(ready.describe()['elasticsearch']?.detail, 'ELASTICSEARCH_UNAVAILABLE');
      proxy.heal();
      await until(() => ready.ok, 10_000, 'ready again');
    } finally {
      watch.stop();
    }
  });

  it('is not ready while the index is not there', async () => {
    const ready = new Readiness();
    const watch = watchElasticsearch(
      new CaseIndex(client, `${indices.names.casesAlias}-none`, new ShownImages(() => true)),
      ready,
      log,
      50,
    );
    try {
      await until(() => !ready.ok, 10_000, 'not ready');
    } finally {
      watch.stop();
    }
  });

  it('looks often enough that a load balancer with usual settings does not miss it', () => {
    assert.ok(ELASTICSEARCH_PING_MS + ELASTICSEARCH_PING_TIMEOUT_MS <= 5_000);
  });
});
