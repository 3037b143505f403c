import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { addFrameRoutes } from '../../../../services/search/dicomweb/frame-routes.ts';
import {
  MAX_FRAME_REQUESTS_BURST,
  MAX_FRAME_REQUESTS_PER_SECOND,
} from '../../../../services/search/dicomweb/limits.ts';
import type { DicomWebParts } from '../../../../services/search/dicomweb/parts.ts';
import { httpError } from '../../../../services/search/http-error.ts';
import { RateLimit } from '../../../../services/search/rate-limit.ts';

const INSTANCE = '/dicom-web/studies/1.2/series/1.3/instances/1.4';

test('frames and bulk data are given at a rate for each address, enough for the slices of a CT at once', async () => {
  assert.ok(MAX_FRAME_REQUESTS_BURST >= 1_000 && MAX_FRAME_REQUESTS_PER_SECOND >= 100);
  const server = fastify();
  server.setErrorHandler((error, _request, reply) => reply.code(httpError(error).status).send());
  const frameRate = new RateLimit({ perSecond: 0, burst: 2, maxAddresses: 10 });
  // No request comes as far as the index: no frame has the number 0, no study is without a UID.
  addFrameRoutes(server, { frameRate } as DicomWebParts);
  const statuses = [];
  for (const path of ['frames/0', 'bulkdata/7FE00010', 'frames/0', 'bulkdata/00091001', 'bulkdata/7FE00010'])
    statuses.push((await server.inject(`${INSTANCE}/${path}`)).statusCode);
  assert.deepEqual(statuses.slice(2), [429, 429, 429]);
  assert.notEqual(statuses[0], 429);
  await server.close();
});
