import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { InterleaveError } from '../../core/errors.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

/** Serves `/livez`, `/readyz` and `/metrics` of one process. Throws `PORT_TAKEN`. */
export async function serveHealth(
  address: { host: string; port: number },
  metrics: Metrics,
  ready: Readiness,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD')
      answer(response, 405, 'text/plain', 'GET only\n');
    else if (path === '/livez') answer(response, 200, 'text/plain', 'ok\n');
    else if (path === '/readyz')
      answer(
        response,
        ready.ok ? 200 : 503,
        'application/json',
        `${JSON.stringify({ ready: ready.ok, checks: ready.describe() })}\n`,
      );
    else if (path === '/metrics')
      metrics.text().then(
        (text) => answer(response, 200, metrics.contentType, text),
        () => answer(response, 500, 'text/plain', 'metrics failed\n'),
      );
    else answer(response, 404, 'text/plain', 'not found\n');
  });
  server.requestTimeout = 5_000;
  server.maxConnections = 32;
  await listen(server, address);
  return server;
}

/** Listens, or throws `PORT_TAKEN` with the number of the port. */
export function listen(server: NetServer, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve());
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new InterleaveError('PORT_TAKEN', `Port ${port}.`, { cause: error })
          : error,
      ),
    );
    server.listen(port, host);
  });
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
