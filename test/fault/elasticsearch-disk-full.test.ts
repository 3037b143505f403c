import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../../harness/until.ts';
import { allocateAgain, indexHealth } from '../../infra/embedded/allocate-again.ts';
import { startEngine } from '../../infra/embedded/engine.ts';
import { prepareEngines } from '../../infra/embedded/start-engines.ts';
import type { ManagedProcess } from '../../infra/process/managed-process.ts';
import { SmallDisk, withoutMount } from '../support/small-disk.ts';

/** Elasticsearch alone, as `up` runs it, on a disk of its own. */
describe('Elasticsearch writes while its disk is full', { skip: withoutMount }, () => {
  let disk: SmallDisk;
  let node: ManagedProcess;
  let url = '';
  const ask = async (path: string, method = 'GET', body?: object) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const write = (id: number, text = 'x'.repeat(100_000)) =>
    ask(`/kept/_doc/${id}?timeout=1s`, 'PUT', { text }).then(
      ({ status }) => status,
      () => 0,
    );

  before(async () => {
    disk = new SmallDisk(200);
    const engines = await prepareEngines({ dataDir: join(disk.folder, 'data') });
    url = engines.elasticsearchUrl;
    node = await startEngine(engines.elasticsearch);
    const settings = { number_of_shards: 1, number_of_replicas: 0 };
    await ask('/kept', 'PUT', {
      settings,
      mappings: { dynamic: false },
    });
  });
  after(async () => {
    await node?.stop();
    disk?.remove();
  });

  test('what it confirmed is there once there is room, and its shards are allocated again', async () => {
    const confirmed: number[] = [];
    let id = 0;
    for (; id < 20; id++) if ((await write(id)) === 201) confirmed.push(id);
    assert.equal(confirmed.length, 20);
    disk.fill();
    for (; id < 60; id++) if ((await write(id)) === 201) confirmed.push(id);
    assert.ok(confirmed.length < 60, 'some writes failed');
    // Each try to allocate the shard fails, until Elasticsearch gives it up.
    await until(async () => (await indexHealth(url)) !== 'green', 60_000, 'a shard that failed');

    disk.empty();
    await until(
      async () => {
        if (!node.running) return true; // its supervisor's concern
        await allocateAgain(url).catch(() => undefined);
        return (await indexHealth(url)) === 'green';
      },
      60_000,
      'green again',
    );
    assert.ok(node.running);
    await ask('/kept/_refresh', 'POST');
    for (const one of confirmed) assert.equal((await ask(`/kept/_doc/${one}`)).status, 200, String(one));
    assert.equal(await write(1000), 201);
  });

  test('the block of a flood-stage disk is taken away', async () => {
    const block = 'index.blocks.read_only_allow_delete';
    await ask('/kept/_settings', 'PUT', { [block]: true });
    assert.equal(await write(1001), 429);
    await allocateAgain(url);
    assert.equal(await write(1001), 201);
    const { body } = await ask(`/kept/_settings/${block}`);
    assert.deepEqual(body, {});
  });
});
