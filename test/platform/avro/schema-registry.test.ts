import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import {
  MAX_REGISTRY_ANSWER_BYTES,
  MAX_REGISTRY_ATTEMPTS,
  REGISTRY_TIMEOUT_MS,
} from '../../../platform/avro/limits.ts';
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts';
import { SchemaStore } from '../../../platform/avro/schema-store.ts';

interface Body {
  mode?: string;
  schema?: string;
  id?: number;
  version?: number;
}

type Handler = (
  request: { method: string; path: string; body: Body; authorization: string | undefined },
  answer: (status: number, body: object | string) => void,
) => void;

/**
 * What a registry with import mode answers, as Confluent describes it; a real registry is in `test/peers`. This one can
 * also misbehave.
 */
describe('what is asked of a schema registry', () => {
  const stops: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const stop of stops) await stop();
  });

  async function serve(handler: Handler): Promise<string> {
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { method = '', url = '', headers } = request;
        handler(
          {
            method,
            path: url,
            body: text === '' ? {} : JSON.parse(text),
            authorization: headers.authorization,
          },
          (status, body) => {
            response.writeHead(status, { 'content-type': 'application/json' });
            response.end(typeof body === 'string' ? body : JSON.stringify(body));
          },
        );
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Holds schemas by id, and takes ids of subjects in import mode only. */
  function confluent(held = new Map<number, string>()) {
    const imports = new Set<string>();
    const handler: Handler = ({ method, path, body }, answer) => {
      const [, , subject = ''] = path.replace(/\?.*/, '').split('/').map(decodeURIComponent);
      if (method === 'GET') {
        const schema = held.get(Number(path.split('/').at(-1)));
        if (schema === undefined) answer(404, { error_code: 40403 });
        else answer(200, { schema });
      } else if (method === 'PUT') {
        imports.add(subject);
        answer(200, { mode: body.mode });
      } else if (!imports.has(subject) || body.id === undefined) answer(422, { error_code: 42205 });
      else {
        held.set(body.id, body.schema ?? '');
        answer(200, { id: body.id });
      }
    };
    return { held, handler };
  }

  test('what is missing is registered under our ids, each subject in import mode; a second time nothing', async () => {
    const { held, handler } = confluent();
    const registry = new SchemaRegistry(await serve(handler), new SchemaStore());
    const ours = new SchemaStore().registered();
    assert.equal(await registry.publish(), ours.length);
    assert.deepEqual(
      [...held.keys()],
      ours.map(({ id }) => id),
    );
    assert.equal(await registry.publish(), 0);
    const store = new SchemaStore();
    held.set(9001, '{"type":"record","name":"New","fields":[]}');
    const other = new SchemaRegistry(await serve(handler), store);
    await other.learn(9001);
    assert.equal(store.isKnown(9001), true);
    await other.learn(9002);
    assert.equal(store.isKnown(9002), false);
  });

  test('another schema under an id of ours is a clash, and nothing is registered', async () => {
    const { held, handler } = confluent(new Map([[3, '"string"']]));
    await assert.rejects(new SchemaRegistry(await serve(handler), new SchemaStore()).publish(), {
      code: 'SCHEMA_CLASH',
    });
    assert.deepEqual([...held.keys()], [3]);
  });

  test('a registry that gives our schema another id is a clash', async () => {
    const url = await serve(({ method }, answer) =>
      method === 'GET' ? answer(404, {}) : answer(200, { id: 4711 }),
    );
    await assert.rejects(new SchemaRegistry(url, new SchemaStore()).publish(), {
      code: 'SCHEMA_CLASH',
      message: /4711/,
    });
  });

  test('MAX_REGISTRY_ATTEMPTS: one that refuses while another service registers the same is asked again', async () => {
    const { held, handler } = confluent();
    let refusals = 0;
    const url = await serve((request, answer) => {
      if (request.method !== 'POST' || refusals++ % 2 === 1) return handler(request, answer);
      answer(409, { error_code: 409 });
    });
    await new SchemaRegistry(url, new SchemaStore()).publish();
    assert.equal(held.size, new SchemaStore().registered().length);
    let tries = 0;
    const stuck = await serve(({ method }, answer) => {
      if (method === 'POST') tries += 1;
      answer(method === 'POST' ? 409 : 404, {});
    });
    await assert.rejects(new SchemaRegistry(stuck, new SchemaStore()).publish(), {
      code: 'SCHEMA_REGISTRY_REFUSED',
    });
    assert.equal(tries, MAX_REGISTRY_ATTEMPTS);
  });

  test('user and password are sent, and shown nowhere', async () => {
    const seen = new Set<string | undefined>();
    const url = await serve(({ authorization }, answer) => {
      seen.add(authorization);
      answer(401, {});
    });
    const registry = new SchemaRegistry(url.replace('//', '//user:pass%20word@'), new SchemaStore());
    assert.equal(registry.shown, url);
    await assert.rejects(registry.learn(1), (error: Error) => {
      assert.equal((error as { code?: string }).code, 'SCHEMA_REGISTRY_REFUSED');
      assert.doesNotMatch(`${error.message} ${String(error.cause)} ${error.stack}`, /pass|user/);
      return true;
    });
    assert.deepEqual([...seen], [`Basic ${Buffer.from('user:pass word').toString('base64')}`]);
  });

  test('REGISTRY_TIMEOUT_MS, MAX_REGISTRY_ANSWER_BYTES: one that does not answer, or without end, is given up', async () => {
    const silent = await serve(() => undefined);
    const startedAt = Date.now();
    await assert.rejects(new SchemaRegistry(silent, new SchemaStore()).learn(1), {
      code: 'SCHEMA_REGISTRY_UNAVAILABLE',
      kind: 'retry',
      message: /127\.0\.0\.1/,
    });
    assert.ok(Date.now() - startedAt < REGISTRY_TIMEOUT_MS + 2_000);
    const large = await serve((_, answer) => answer(200, ' '.repeat(MAX_REGISTRY_ANSWER_BYTES + 1)));
    await assert.rejects(new SchemaRegistry(large, new SchemaStore()).learn(1), {
      code: 'SCHEMA_REGISTRY_REFUSED',
    });
    for (const [url, code] of [
      [await serve((_, answer) => answer(503, {})), 'SCHEMA_REGISTRY_UNAVAILABLE'],
      ['http://127.0.0.1:1', 'SCHEMA_REGISTRY_UNAVAILABLE'],
      [await serve((_, answer) => answer(200, 'no JSON')), 'SCHEMA_REGISTRY_REFUSED'],
      [await serve((_, answer) => answer(200, { schema: 7 })), 'SCHEMA_REGISTRY_REFUSED'],
      [await serve((_, answer) => answer(200, { schema: 'no Avro' })), 'SCHEMA_INVALID'],
    ] as const)
      await assert.rejects(new SchemaRegistry(url, new SchemaStore()).learn(1), { code });
  });

  test('what is no address of a registry is a mistake of the configuration', () => {
    for (const url of ['registry', 'ftp://registry/'])
      assert.throws(() => new SchemaRegistry(url, new SchemaStore()), { code: 'CONFIG_INVALID' });
  });
});
