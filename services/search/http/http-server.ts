import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import { InterleaveError } from '../../../core/errors.ts';
import { allowedHosts } from '../../../platform/net/allowed-hosts.ts';
import type { Logger } from '../../../platform/process/log.ts';
import { type ActParts, addActRoutes } from '../acts/act-routes.ts';
import type { DicomWebParts } from '../dicomweb/parts.ts';
import { addDicomWebRoutes } from '../dicomweb/routes.ts';
import { addPreflight, corsHeaders, isDicomWeb, viewerOrigins } from '../dicomweb/viewer-origins.ts';
import { MAX_ADDRESS_PART, MAX_BODY_BYTES, REQUEST_TIMEOUT_MS } from '../limits.ts';
import { httpError } from './http-error.ts';
import { addRoutes, type SearchParts } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** The HTTP server with the API and, where it has been built, the page. Not listening yet. */
export async function httpServer(
  parts: SearchParts,
  dicomWeb: DicomWebParts,
  acts: ActParts,
  options: { hosts: string[]; origins: string[]; pageFolder: string },
  log: Logger,
): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    // Its request log would hold addresses; what is logged is said in `audit.ts`.
    logger: false,
    exposeHeadRoutes: false,
    // A list of frames is one part of an address.
    routerOptions: { maxParamLength: MAX_ADDRESS_PART },
  });
  const isAllowed = allowedHosts(options.hosts);
  const isViewer = viewerOrigins(options.origins);

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (isApi(request.url)) reply.header('cache-control', 'no-store');
    const { host, origin } = request.headers;
    const viewer = isViewer(request.url, origin);
    if (!isAllowed(host, viewer ? undefined : origin)) throw new InterleaveError('HOST_REFUSED');
    if (viewer && origin !== undefined) reply.headers(corsHeaders(origin));
  });

  server.setErrorHandler((error, request, reply) => {
    const answer = httpError(error);
    if (answer.status >= 500) log.error({ err: error, code: answer.code }, 'request.failed');
    if (answer.status === 429 || (answer.status === 503 && answer.code !== 'ACT_TOKEN_UNUSABLE'))
      reply.header('retry-after', '1');
    if (answer.status === 401) reply.header('www-authenticate', 'Bearer');
    if (answer.status === 405) reply.header('allow', isDicomWeb(request.url) ? 'GET' : 'POST');
    reply.code(answer.status).send(answer.body);
  });

  addRoutes(server, parts);
  addActRoutes(server, acts);
  addDicomWebRoutes(server, dicomWeb);
  addPreflight(server);

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
  return url === '/api' || url.startsWith('/api/') || isDicomWeb(url);
}

function looksLikeFile(url: string): boolean {
  return /\.[a-z0-9]{1,8}(\?|$)/i.test(url);
}
