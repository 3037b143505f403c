import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { openElasticsearch } from '../../../platform/elasticsearch/client.ts';
import { type BulkItem, bulkRequests, bulkWrite } from '../../../services/indexer/bulk-write.ts';
import { MAX_BULK_ATTEMPTS, MAX_BULK_BYTES } from '../../../services/indexer/limits.ts';

const item = (id: string, document: object | null = { a: 1 }): BulkItem => ({
  index: 'i',
  id,
  version: 7,
  document,
});

/** A server that answers each item as `answer` says, and keeps which ids each request held. */
async function withServer(
  answer: (id: string, request: number) => number,
  use: (client: ReturnType<typeof openElasticsearch>, requests: string[][]) => Promise<void>,
): Promise<void> {
  const requests: string[][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const actions = Buffer.concat(chunks)
      .toString()
      .split('\n')
      .filter((line) => line.includes('_index'))
      .map((line) => JSON.parse(line) as Record<string, { _id: string }>);
    const ids = actions.map((action) => Object.values(action)[0]?._id ?? '');
    requests.push(ids);
    const items = actions.map((action, position) => {
      const status = answer(ids[position] ?? '', requests.length);
      const error = status >= 400 && status !== 404 ? { error: { type: 'some_exception' } } : {};
      return {
        [Object.keys(action)[0] ?? '']: { status, result: status === 404 ? 'not_found' : 'done', ...error },
      };
    });
    response.setHeader('x-elastic-product', 'Elasticsearch').setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ items }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = openElasticsearch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    await use(client, requests);
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

describe('bulkWrite', () => {
  it('says of each item what became of it', async () => {
    const status: Record<string, number> = {
      new: 201,
      again: 200,
      old: 409,
      bad: 400,
      gone: 200,
      never: 404,
    };
    await withServer(
      (id) => status[id] ?? 500,
      async (client) => {
        const items = ['new', 'again', 'old', 'bad'].map((id) => item(id));
        const results = await bulkWrite(client, [...items, item('gone', null), item('never', null)]);
        assert.deepEqual(
          results.map(({ item: { id }, outcome }) => [id, outcome]),
          [
            ['new', 'written'],
            ['again', 'written'],
            ['old', 'stale'],
            ['bad', 'rejected'],
            ['gone', 'deleted'],
            ['never', 'absent'],
          ],
        );
      },
    );
  });

  it('tries only those again that were pushed back, and keeps the order of the answers', async () => {
    await withServer(
      (id, request) => (id === 'b' && request < 3 ? 429 : 201),
      async (client, requests) => {
        const results = await bulkWrite(
          client,
          ['a', 'b', 'c'].map((id) => item(id)),
        );
        assert.deepEqual(requests, [['a', 'b', 'c'], ['b'], ['b']]);
        assert.deepEqual(
          results.map(({ item: { id }, outcome }) => `${id} ${outcome}`),
          ['a written', 'b written', 'c written'],
        );
      },
    );
  });

  for (const status of [429, 500, 503])
    it(`gives up for now after some tries (${status}), with a code that asks for another`, async () => {
      await withServer(
        () => status,
        async (client, requests) => {
          await assert.rejects(bulkWrite(client, [item('a')]), {
            code: 'ELASTICSEARCH_UNAVAILABLE',
            kind: 'retry',
          });
          assert.equal(requests.length, MAX_BULK_ATTEMPTS);
        },
      );
    });

  it('a document that is too long for Elasticsearch is rejected; of several, nobody knows which', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(413, { 'x-elastic-product': 'Elasticsearch' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = openElasticsearch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [result] = await bulkWrite(client, [item('a')]);
    assert.equal(result?.outcome, 'rejected');
    await assert.rejects(bulkWrite(client, [item('a'), item('b')]), { code: 'INTERNAL' });
    await client.close();
    server.closeAllConnections();
    server.close();
  });

  it('takes nothing else for an answer', async () => {
    await withServer(
      () => 403,
      async (client) => {
        await assert.rejects(bulkWrite(client, [item('a')]), { code: 'INTERNAL' });
      },
    );
    await assert.rejects(bulkWrite(openElasticsearch('http://127.0.0.1:1'), [item('a')]), {
      code: 'ELASTICSEARCH_UNAVAILABLE',
    });
  });

  it('cuts requests by size, never an item', () => {
    const large = 'x'.repeat(MAX_BULK_BYTES / 2 - 200);
    const items = ['a', 'b', 'c'].map((id) => item(id, { large }));
    const huge = item('huge', { large: 'x'.repeat(MAX_BULK_BYTES + 1) });
    const requests = bulkRequests([...items, huge]);
    assert.deepEqual(
      requests.map((request) => request.items.map(({ id }) => id)),
      [['a', 'b'], ['c'], ['huge']],
    );
    for (const request of requests.slice(0, 2)) assert.ok(Buffer.byteLength(request.body) <= MAX_BULK_BYTES);
  });
});
