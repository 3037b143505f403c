import type { FastifyInstance } from 'fastify';
import { InterleaveError } from '../../../core/errors.ts';
import { NOTICE } from '../../../core/notice.ts';
import type { ActAnswer } from '../../../schemas/api/acts.ts';
import { requireActToken } from '../access/act-token.ts';
import type { Audit } from '../access/audit.ts';
import type { RateLimit } from '../access/rate-limit.ts';
import { httpError } from '../http/http-error.ts';
import type { ActRegister } from './act-register.ts';
import { parseAct } from './act-request.ts';
import { MAX_ACT_BODY_BYTES } from './limits.ts';

export interface ActParts {
  register: Pick<ActRegister, 'record'>;
  /** the file of the token that acts need */
  tokenFile: string;
  rate: RateLimit;
  audit: Audit;
}

/**
 * `POST /api/acts`: what a person decided, with a token. It is recorded before it is answered with 202, and carried out by the
 * joiner after that. Nothing of the body is read before the token was checked.
 */
export function addActRoutes(server: FastifyInstance, { register, tokenFile, rate, audit }: ActParts): void {
  server.post(
    '/api/acts',
    {
      bodyLimit: MAX_ACT_BODY_BYTES,
      async onRequest(request) {
        if (!rate.allows(request.ip)) throw new InterleaveError('RATE_LIMITED');
        await requireActToken(tokenFile, request.headers.authorization);
      },
      onError: async (_request, _reply, error) => audit.actRefused(httpError(error).code),
    },
    async (request, reply): Promise<ActAnswer> => {
      const { id, kind, caseId, decidedAt, actor, actorVerified } = await register.record(
        parseAct(request.body),
      );
      audit.decided(id, kind, caseId);
      reply.code(202);
      return { notice: NOTICE, act: { id, kind, caseId, decidedAt, actor, actorVerified } };
    },
  );
}
