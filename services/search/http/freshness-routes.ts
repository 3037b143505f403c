import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InterleaveError } from '../../../core/errors.ts';
import { NOTICE } from '../../../core/notice.ts';
import type { VersionsAnswer } from '../../../schemas/api/answers.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import type { CaseIndex } from '../retrieval/case-index.ts';
import { namesTag } from './entity-tag.ts';
import { parseVersionsRequest } from './search-request.ts';

interface FreshnessParts {
  index: CaseIndex;
  pollRate: RateLimit;
}

/**
 * `POST /api/cases/versions`: the entity tags of the cases on a screen, so that a page sees cheaply which of them have
 * changed. Nothing of a case is in the answer, so that it is no view of one and writes no audit line.
 */
export function addFreshnessRoutes(server: FastifyInstance, { index, pollRate }: FreshnessParts): void {
  server.post('/api/cases/versions', async (request): Promise<VersionsAnswer> => {
    limitPolls(request, pollRate);
    const { ids } = parseVersionsRequest(request.body);
    const tags = await index.tags(ids);
    return { notice: NOTICE, versions: Object.fromEntries(ids.map((id) => [id, tags.get(id) ?? null])) };
  });
}

/** Answers 304 where the client names the tag that the case has now; only its version was read, and nothing is shown. */
export async function answeredUnchanged(
  { index, pollRate }: FreshnessParts,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<boolean> {
  const named = request.headers['if-none-match'];
  if (named === undefined) return false;
  limitPolls(request, pollRate);
  const tag = (await index.tags([id])).get(id);
  if (tag === undefined || !namesTag(named, tag)) return false;
  reply.code(304).header('etag', `"${tag}"`).send();
  return true;
}

function limitPolls(request: FastifyRequest, pollRate: RateLimit): void {
  if (!pollRate.allows(request.ip)) throw new InterleaveError('RATE_LIMITED');
}
