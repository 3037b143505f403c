/** A web server that breaks off, redirects, is busy, or never ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { DicomwebClient } from '../../clients/dicomweb-client.ts';
import { HttpSource } from '../../clients/http-source.ts';
import {
  DEFAULT_RETRY_AFTER_MS,
  HTTP_IDLE_MS,
  HTTP_REQUEST_MS,
  MAX_HTTP_HEADERS,
  MAX_HTTP_TRIES,
  MAX_QIDO_BYTES,
  MAX_QIDO_VALUE,
  MAX_REDIRECTS,
  MAX_RETRY_AFTER_MS,
  QIDO_PAGE,
} from '../../clients/limits.ts';

const never = new AbortController().signal;
const TOKEN = 'Bearer of-this-test';

async function withServer<T>(
  answer: RequestListener,
  use: (client: DicomwebClient, port: number) => Promise<T>,
  more: { idleMs?: number; retryAfterMs?: number; requestMs?: number } = {},
): Promise<T> {
  const server = createServer({ keepAliveTimeout: 1 }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const base = new URL(`http://127.0.0.1:${port}/dicom-web/`);
  const source = new HttpSource({
    base,
    authorization: async () => TOKEN,
    tls: {},
    retryAfterMs: 1,
    ...more,
  });
  try {
    return await use(new DicomwebClient(source), port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const query = (client: DicomwebClient, most = 1_000) =>
  client.query('/studies', { StudyDate: '20200101' }, { keyTag: '0020000D', most, signal: never });

const result = (n: number) => ({ '0020000D': { vr: 'UI', Value: [`1.2.${n}`] } });

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/dicom+json' }).end(JSON.stringify(value));
}

/** A server with so many studies, which gives at most `page` at a time. */
function archive(count: number, { page = 1_000, pages = true } = {}): RequestListener {
  return (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://archive');
    const offset = pages ? Number(searchParams.get('offset')) : 0;
    const limit = Math.min(page, Number(searchParams.get('limit')));
    const some = Array.from({ length: count }, (_, n) => result(n)).slice(offset, offset + limit);
    if (some.length === 0) response.writeHead(204).end();
    else sendJson(response, some);
  };
}

describe('QIDO-RS', () => {
  it('pages to the end, also where a server gives fewer results than were asked for', async () => {
    for (const page of [7, 1_000]) {
      const { results, complete } = await withServer(archive(450, { page }), (client) => query(client));
      assert.equal(results.length, 450);
      assert.deepEqual(results[449]?.('0020000D'), ['1.2.449']);
      assert.equal(complete, true);
    }
  });

  it('takes no more than is wanted, and says so; a server that does not page may have more', async () => {
    const some = await withServer(archive(450), (client) => query(client, 300));
    assert.deepEqual([some.results.length, some.complete], [300, false]);
    const full = await withServer(archive(450, { pages: false }), (client) => query(client));
    assert.deepEqual([full.results.length, full.complete], [QIDO_PAGE, false]);
    const short = await withServer(archive(20, { pages: false }), (client) => query(client));
    assert.deepEqual([short.results.length, short.complete], [20, true]);
  });

  it('keeps of a result what is wanted, and no long value', async () => {
    const whole = {
      ...result(1),
      '00080060': { vr: 'CS', Value: ['CT', 'X'.repeat(MAX_QIDO_VALUE)] },
      '00100010': { vr: 'PN', Value: ['Vogel^Anna'] },
    };
    const { results } = await withServer(
      (_, response) => sendJson(response, [whole]),
      (client) =>
        client.query('/studies', {}, { keyTag: '0020000D', tags: ['00080060'], most: 9, signal: never }),
    );
    const [one] = results;
    assert.deepEqual([one?.('0020000D'), one?.('00080060'), one?.('00100010')], [['1.2.1'], ['CT'], []]);
  });

  it('shows its token, and asks for JSON', async () => {
    let asked: IncomingMessage['headers'] = {};
    await withServer(
      (request, response) => {
        asked = request.headers;
        response.writeHead(204).end();
      },
      (client) => query(client),
    );
    assert.equal(asked.authorization, TOKEN);
    assert.equal(asked.accept, 'application/dicom+json');
  });

  for (const [body, code] of [
    ['{"error": "Müller^Eva"}', 'DICOMWEB_ANSWER_INVALID'],
    ['<html>', 'DICOMWEB_ANSWER_INVALID'],
  ] as const)
    it(`does not take ${body}`, async () => {
      const wrong = withServer(
        (_, response) => void response.end(body),
        (client) => query(client),
      );
      await assert.rejects(wrong, (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.doesNotMatch(error.message, /Müller/);
        return true;
      });
    });

  it('takes values that are something else than texts for none', async () => {
    const odd = [{ '0020000D': { vr: 'UI', Value: [null, {}, '1.2'] } }, { '0020000D': 'text' }, null, 7];
    const { results } = await withServer(
      (request, response) => sendJson(response, request.url?.includes('offset=0') ? odd : []),
      (client) => query(client),
    );
    assert.deepEqual(
      results.map((one) => one('0020000D')),
      [['1.2'], []],
    );
  });

  for (const [status, code] of [
    [401, 'DICOMWEB_DENIED'],
    [403, 'DICOMWEB_DENIED'],
    [400, 'DICOMWEB_REFUSED'],
    [413, 'DICOM_QUERY_BUSY'],
    [500, 'DICOMWEB_UNAVAILABLE'],
  ] as const)
    it(`ends with ${code} at ${status}`, async () => {
      await assert.rejects(
        withServer(
          (_, response) => void response.writeHead(status).end('Müller^Eva'),
          (client) => query(client),
        ),
        { code },
      );
    });
});

describe('a server', () => {
  for (const status of [429, 503])
    it(`that answers ${status} is asked again when it says, and not for ever`, async () => {
      let asked = 0;
      const later =
        (until: number): RequestListener =>
        (request, response) => {
          asked += 1;
          if (asked < until) response.writeHead(status, { 'retry-after': '0' }).end();
          else archive(1)(request, response);
        };
      const { results } = await withServer(later(3), (client) => query(client));
      assert.equal(results.length, 1);
      asked = 0;
      await assert.rejects(
        withServer(later(1_000), (client) => query(client)),
        { code: 'DICOMWEB_UNAVAILABLE' },
      );
      assert.equal(asked, MAX_HTTP_TRIES);
    });

  it('may redirect within itself, and nowhere else: the token is not for others', async () => {
    const within: RequestListener = (request, response) => {
      if (request.url?.startsWith('/dicom-web/studies'))
        response.writeHead(307, { location: request.url.replace('/dicom-web', '/moved') }).end();
      else archive(1)(request, response);
    };
    assert.equal((await withServer(within, (client) => query(client))).results.length, 1);
    let asked = 0;
    await withServer(
      (_, response) => {
        asked += 1;
        response.end('[]');
      },
      async (_, port) => {
        for (const location of [
          `http://127.0.0.1:${port}/`,
          `http://localhost:${port}/`,
          'file:///etc/passwd',
          '//[',
        ]) {
          const away: RequestListener = (_, response) => void response.writeHead(302, { location }).end();
          await assert.rejects(
            withServer(away, (client) => query(client)),
            { code: 'DICOMWEB_REFUSED' },
          );
        }
      },
    );
    assert.equal(asked, 0);
    const round: RequestListener = (_, response) =>
      void response.writeHead(302, { location: '/dicom-web/x' }).end();
    await assert.rejects(
      withServer(round, (client) => query(client)),
      { code: 'DICOMWEB_REFUSED', message: /without end/ },
    );
  });

  it('that falls silent, or is not there, is away', async () => {
    const silent = withServer(
      () => undefined,
      (client) => query(client),
      { idleMs: 50 },
    );
    await assert.rejects(silent, { code: 'DICOMWEB_UNAVAILABLE' });
    const stuck: RequestListener = (_, response) => void response.writeHead(200).write('[');
    await assert.rejects(
      withServer(stuck, (client) => query(client), { idleMs: 50 }),
      { code: 'DICOMWEB_UNAVAILABLE' },
    );
    const slow: RequestListener = (_, response) => {
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    };
    await assert.rejects(
      withServer(slow, (client) => query(client), { requestMs: 100 }),
      { code: 'DICOMWEB_UNAVAILABLE' },
    );
  });

  it('is left at once when it is to stop', async () => {
    const stopping = new AbortController();
    const stopped = withServer(
      () => stopping.abort(),
      (client) => client.query('/studies', {}, { keyTag: '0020000D', most: 1, signal: stopping.signal }),
    );
    await assert.rejects(stopped, { name: 'AbortError' });
  });

  it('has its limits', () => {
    assert.deepEqual(
      [
        HTTP_IDLE_MS,
        HTTP_REQUEST_MS,
        DEFAULT_RETRY_AFTER_MS,
        MAX_RETRY_AFTER_MS,
        MAX_HTTP_TRIES,
        MAX_REDIRECTS,
      ],
      [60_000, 3_600_000, 5_000, 300_000, 5, 3],
    );
    assert.deepEqual([MAX_HTTP_HEADERS, MAX_QIDO_BYTES], [32 * 1024, 64 * 1024 * 1024]);
  });
});

describe('WADO-RS', () => {
  const BOUNDARY = 'between';
  const type = { 'content-type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}` };
  const part = (text: string) => `--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n${text}\r\n`;

  async function retrieved(answer: RequestListener) {
    const whole: string[] = [];
    const aborted: string[] = [];
    const error = await withServer(answer, (client) =>
      client
        .retrieve(
          '/studies/1.2/series/1.2.3',
          () => {
            let text = '';
            return {
              write: async (bytes) => {
                text += bytes.toString();
              },
              finish: async () => void whole.push(text),
              abort: async () => void aborted.push(text),
            };
          },
          never,
        )
        .then(
          () => null,
          (failure: Error & { code?: string }) => failure.code ?? failure.message,
        ),
    );
    return { whole, aborted, error };
  }

  it('hands on each part, and asks for any transfer syntax', async () => {
    let accept: string | undefined;
    const { whole, error } = await retrieved((request, response) => {
      accept = request.headers.accept;
      response.writeHead(200, type).end(`${part('one')}${part('two')}--${BOUNDARY}--`);
    });
    assert.deepEqual([whole, error], [['one', 'two'], null]);
    assert.equal(accept, 'multipart/related; type="application/dicom"; transfer-syntax=*');
  });

  it('that gives only some (206) has failed, and what it gave is taken', async () => {
    const { whole, error } = await retrieved((_, response) =>
      response.writeHead(206, type).end(`${part('one')}--${BOUNDARY}--`),
    );
    assert.deepEqual([whole, error], [['one'], 'DICOM_RETRIEVE_FAILED']);
  });

  it('takes a single object as it is', async () => {
    const { whole } = await retrieved((_, response) =>
      response.writeHead(200, { 'content-type': 'application/dicom' }).end('one'),
    );
    assert.deepEqual(whole, ['one']);
  });

  for (const [how, end] of [
    ['ends too soon', (response: ServerResponse) => response.end()],
    ['drops the connection', (response: ServerResponse) => response.destroy()],
  ] as const)
    it(`that ${how} in the middle of a part has given the parts before it`, async () => {
      const { whole, aborted, error } = await retrieved((_, response) => {
        response
          .writeHead(200, type)
          .write(`${part('one')}${part('two').slice(0, -4)}`, () => setTimeout(() => end(response), 20));
      });
      assert.deepEqual([whole, error], [['one'], 'DICOMWEB_UNAVAILABLE']);
      assert.equal(aborted.length, 1);
    });

  for (const [status, headers, code] of [
    [404, {}, 'DICOM_RETRIEVE_FAILED'],
    [406, {}, 'DICOMWEB_REFUSED'],
    [200, { 'content-type': 'text/html' }, 'DICOMWEB_ANSWER_INVALID'],
    [200, { 'content-type': 'multipart/related' }, 'DICOMWEB_ANSWER_INVALID'],
  ] as const)
    it(`ends with ${code} at ${status} ${JSON.stringify(headers)}`, async () => {
      const { error } = await retrieved((_, response) => void response.writeHead(status, headers).end('no'));
      assert.equal(error, code);
    });
});
