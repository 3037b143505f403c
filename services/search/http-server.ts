import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import { InterleaveError } from '../../core/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { httpError } from './http-error.ts';
import { MAX_BODY_BYTES, REQUEST_TIMEOUT_MS } from './limits.ts';
import { addRoutes, type SearchParts } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** The HTTP server with the API and, where it has been built, the page. Not listening yet. */
export async function httpServer(
  parts: SearchParts,
  options: { hosts: string[]; pageFolder: string },
  log: Logger,
): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    // Its request log would hold addresses; what is logged is said in `audit.ts`.
    logger: false,
    exposeHeadRoutes: false,
  });
  const isAllowed = allowedHosts(options.hosts);

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (isApi(request.url)) reply.header('cache-control', 'no-store');
    if (!isAllowed(request.headers.host, request.headers.origin)) throw new InterleaveError('HOST_REFUSED');
  });

  server.setErrorHandler((error, _request, reply) => {
    const answer = httpError(error);
    if (answer.status >= 500) log.error({ err: error, code: answer.code }, 'request.failed');
    if (answer.status === 429 || answer.status === 503) reply.header('retry-after', '1');
    if (answer.status === 405) reply.header('allow', 'POST');
    reply.code(answer.status).send(answer.body);
  });

  addRoutes(server, parts);

  const hasPage = existsSync(join(options.pageFolder, 'index.html'));
  if (hasPage)
    await server.register(fastifyStatic, {
      root: options.pageFolder,
      // Files under assets/ carry the hash of their content in their name.
      setHeaders: (response, path) => {
        const unchanging = path.startsWith(join(options.pageFolder, 'assets'));
        response.setHeader('cache-control', unchanging ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  else log.warn('page.missing');

  // The page's own addresses (/cases/<id>) are all the same file.
  server.setNotFoundHandler((request, reply) => {
    if (!hasPage || request.method !== 'GET' || isApi(request.url) || looksLikeFile(request.url))
      throw new InterleaveError('ROUTE_NOT_FOUND');
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
  return server;
}

function isApi(url: string): boolean {
  return url === '/api' || url.startsWith('/api/');
}

function looksLikeFile(url: string): boolean {
  return /\.[a-z0-9]{1,8}(\?|$)/i.test(url);
}
