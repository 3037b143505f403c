import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { RateLimit } from '../../../../services/search/access/rate-limit.ts';
import { addFrameRoutes } from '../../../../services/search/dicomweb/frame-routes.ts';
import {
  MAX_OBJECT_REQUESTS_BURST,
  MAX_OBJECT_REQUESTS_PER_SECOND,
} from '../../../../services/search/dicomweb/limits.ts';
import type { DicomWebParts } from '../../../../services/search/dicomweb/parts.ts';
import { addRetrieveRoutes } from '../../../../services/search/dicomweb/retrieve-routes.ts';
import { httpError } from '../../../../services/search/http/http-error.ts';

test('objects, metadata, frames and bulk data are given at a rate for each address, enough for a CT at once', async () => {
  assert.ok(MAX_OBJECT_REQUESTS_BURST >= 1_000 && MAX_OBJECT_REQUESTS_PER_SECOND >= 100);
  const server = fastify();
  server.setErrorHandler((error, _request, reply) => reply.code(httpError(error).status).send());
  // No request comes as far as the index: what is no UID and no frame number is refused before.
  const parts = { objectRate: new RateLimit({ perSecond: 0, burst: 1, maxAddresses: 10 }) } as DicomWebParts;
  addFrameRoutes(server, parts);
  addRetrieveRoutes(server, parts);
  const statusOf = async (path: string) =>
    (await server.inject(`/dicom-web/studies/0.0.x/series/1.3/instances/1.4${path}`)).statusCode;
  assert.equal(await statusOf('/frames/0'), 400);
  for (const path of ['', '/metadata', '/frames/0', '/bulkdata/7FE00010', '/bulkdata/00091001'])
    assert.equal(await statusOf(path), 429, path);
  await server.close();
});
