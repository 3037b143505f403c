import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InterleaveError } from '../../../core/errors.ts';
import { NOTICE } from '../../../core/notice.ts';
import { isCaseId } from '../../../core/radiology/case-key.ts';
import type { Lexicon } from '../../../core/text/lexicon.ts';
import type { TextEncoders } from '../../../models/text-encoders.ts';
import type { ObjectStore } from '../../../platform/object-store/object-store.ts';
import { generationsOf } from '../../../schemas/index/index-definition.ts';
import type { Audit } from '../access/audit.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import { conceptsOf } from '../query/named-concept.ts';
import type { CaseIndex } from '../retrieval/case-index.ts';
import type { QueryVectors } from '../retrieval/query-vectors.ts';
import { similarCases } from '../retrieval/similar-cases.ts';
import { searchCases } from '../retrieval/word-search.ts';
import { caseView } from '../view/case-view.ts';
import { addFreshnessRoutes, answeredUnchanged } from './freshness-routes.ts';
import { parseSearchRequest, parseSimilarRequest } from './search-request.ts';

/** What the routes stand on. */
export interface SearchParts {
  index: CaseIndex;
  vectors: QueryVectors;
  encoders: Pick<TextEncoders, 'backend'>;
  /** the one that the labeler reads with */
  lexicon: Lexicon;
  objects: ObjectStore;
  audit: Audit;
  rate: RateLimit;
  /** of pages that ask whether something has changed */
  pollRate: RateLimit;
  observe(route: 'search' | 'similar' | 'case', seconds: number): void;
  version: string;
}

/** The API. Words travel only in bodies; addresses hold case ids (keyed hashes) and SHA-256, nothing else. */
export function addRoutes(server: FastifyInstance, parts: SearchParts): void {
  const { index, vectors, encoders, lexicon, objects, audit } = parts;

  server.post('/api/search', async (request) => {
    limitRate(request);
    const search = parseSearchRequest(request.body);
    const answer = await timed('search', () => searchCases(index, vectors, lexicon, search));
    audit.searched(search, answer.hits.length, answer.query);
    return answer;
  });
  server.get('/api/search', () => {
    throw new InterleaveError('METHOD_NOT_ALLOWED', 'Use POST: words must not stand in addresses.');
  });

  server.get<{ Params: { id: string } }>('/api/cases/:id', async (request, reply) => {
    const id = caseIdOf(request.params.id);
    if (await answeredUnchanged(parts, request, reply, id)) return reply;
    const found = await timed('case', () => index.get(id));
    audit.viewed(id);
    const view = caseView(found);
    reply.header('etag', `"${view.tag}"`);
    return { notice: NOTICE, case: view };
  });
  addFreshnessRoutes(server, parts);

  server.get<{ Params: { id: string } }>('/api/cases/:id/similar', async (request) => {
    limitRate(request);
    const id = caseIdOf(request.params.id);
    const query = parseSimilarRequest(request.query);
    const answer = await timed('similar', () => similarCases(index, vectors, lexicon, id, query));
    audit.compared(id, answer.hits.length);
    return answer;
  });

  // Asked of the index first: an image that is withheld from the case, or rejected, is not served either. Nor may a browser keep it:
  // it could be withheld a minute later, and the next person at the same screen has not asked for it.
  server.get<{ Params: { id: string; sha256: string } }>(
    '/api/cases/:id/images/:sha256/thumbnail',
    async (request, reply) => {
      const id = caseIdOf(request.params.id);
      index.shown.require();
      const { document } = await index.get(id, { only: ['images.thumbnail'] });
      const thumbnail = (document.images ?? [])
        .map((image) => image.thumbnail)
        .find((candidate) => candidate?.sha256 === request.params.sha256);
      if (thumbnail == null) throw new InterleaveError('OBJECT_MISSING');
      const type = THUMBNAIL_TYPES.has(thumbnail.media_type)
        ? thumbnail.media_type
        : 'application/octet-stream';
      return reply.type(type).send(await objects.read(id, thumbnail.sha256));
    },
  );

  server.get('/api/concepts', () => ({ notice: NOTICE, concepts: conceptsOf(lexicon.data) }));

  server.get('/api/status', async () => {
    const [{ name, meta }, cases] = await Promise.all([index.current(), index.count()]);
    const { text, image } = generationsOf(meta);
    const { backend, backendName } = encoders.backend;
    return {
      notice: NOTICE,
      version: parts.version,
      ready: await vectors.canEmbed(text),
      cases,
      index: {
        name,
        mappingVersion: meta.mapping_version,
        textGeneration: meta.text_vector_generation,
        imageGeneration: meta.image_vector_generation,
        picturesByWords: (await vectors.picturesOf({ text, image })).state,
      },
      encoder: { generation: text.generation, bundle: text.name, backend, name: backendName },
    };
  });

  function limitRate(request: FastifyRequest): void {
    if (!parts.rate.allows(request.ip)) throw new InterleaveError('RATE_LIMITED');
  }

  async function timed<T>(route: 'search' | 'similar' | 'case', work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      parts.observe(route, (performance.now() - began) / 1000);
    }
  }
}

const THUMBNAIL_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);

function caseIdOf(value: string): string {
  if (!isCaseId(value)) throw new InterleaveError('CASE_NOT_FOUND');
  return value;
}
