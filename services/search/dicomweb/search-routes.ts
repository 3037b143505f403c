import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JsonDataSet } from '../../../core/dicomweb/json-model.ts';
import { dicomJson } from '../../../core/dicomweb/json-text.ts';
import { parseSearchQuery, type SearchLevel } from '../../../core/dicomweb/search-query.ts';
import { dicomPathOf, parametersOf } from './dicom-path.ts';
import type { DicomPath } from './find-images.ts';
import { inOrder } from './in-order.ts';
import { HEADERS_AT_ONCE } from './limits.ts';
import { readMetadata } from './metadata.ts';
import { baseOf, DICOM_WEB, type DicomWebParts, jsonTypeFor, limitRate } from './parts.ts';
import { resultOf } from './result-attributes.ts';
import { type SearchMatch, searchImages } from './search-images.ts';

/** QIDO-RS (PS3.18 10.6): each resource with its level, and the highest level whose attributes the results have. */
const RESOURCES: readonly (readonly [path: string, level: SearchLevel, from: SearchLevel])[] = [
  ['/studies', 'STUDY', 'STUDY'],
  ['/series', 'SERIES', 'STUDY'],
  ['/studies/:study/series', 'SERIES', 'SERIES'],
  ['/instances', 'INSTANCE', 'STUDY'],
  ['/studies/:study/instances', 'INSTANCE', 'SERIES'],
  ['/studies/:study/series/:series/instances', 'INSTANCE', 'INSTANCE'],
];

export function addSearchRoutes(server: FastifyInstance, parts: DicomWebParts): void {
  for (const [path, level, from] of RESOURCES)
    server.get<{ Params: Partial<DicomPath> }>(`${DICOM_WEB}${path}`, (request, reply) =>
      answer(parts, level, from, request, reply),
    );
}

async function answer(
  parts: DicomWebParts,
  level: SearchLevel,
  from: SearchLevel,
  request: FastifyRequest<{ Params: Partial<DicomPath> }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  limitRate(parts.rate, request);
  const type = jsonTypeFor(request);
  const query = parseSearchQuery(level, parametersOf(request.url));
  if (request.params.study !== undefined) {
    const { study, series } = dicomPathOf(request.params);
    query.keys.studies = both(query.keys.studies, study);
    if (series !== undefined) query.keys.series = both(query.keys.series, series);
  }
  const { matches, more } = await searchImages(parts.index, level, query);
  const base = baseOf(parts, request);
  const results: JsonDataSet[] = [];
  for await (const result of inOrder(matches, HEADERS_AT_ONCE, async (match) =>
    resultOf(match, await headerOf(parts, match, base), level, from, query, base),
  ))
    results.push(result);
  parts.audit.listed(level, results.length);
  if (more) warn(reply, 'There are additional results that can be requested.');
  if (query.fuzzy)
    warn(reply, 'The fuzzymatching parameter is not supported. Only literal matching has been performed.');
  return reply.type(type).send(`[${results.map(dicomJson).join(',')}]`);
}

/** An object that cannot be read is still found, by what the index knows. */
async function headerOf(
  { objects }: DicomWebParts,
  { image }: SearchMatch,
  base: string,
): Promise<JsonDataSet> {
  return readMetadata(objects, image, base).catch(() => ({}));
}

/** What the address names, and what a key names, must be the same; a UID that is none finds nothing. */
function both(keys: readonly string[], named: string): string[] {
  return keys.length === 0 || keys.includes(named) ? [named] : ['0'];
}

/** PS3.18 8.3.4.2 and 8.3.4.4 */
function warn(reply: FastifyReply, text: string): void {
  const before = reply.getHeader('warning');
  const warning = `299 interleave "${text}"`;
  reply.header('warning', before === undefined ? warning : `${String(before)}, ${warning}`);
}
