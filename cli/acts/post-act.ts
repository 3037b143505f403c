import { join } from 'node:path';
import { z } from 'zod';
import { ERRORS, InterleaveError, isErrorCode } from '../../core/errors.ts';
import { loadConfig, text } from '../../platform/process/config.ts';
import { readTokenFile } from '../../platform/process/token-file.ts';
import type { ActAnswer, ActRequest } from '../../schemas/api/acts.ts';
import { ACT_ANSWER_MS } from '../limits.ts';

const actSchema = z.object({
  id: z.string(),
  kind: z.string(),
  caseId: z.string(),
  decidedAt: z.number(),
  actor: z.string(),
  actorVerified: z.boolean(),
});
const answerSchema = z.looseObject({ act: actSchema });
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The token's file: `INTERLEAVE_ACT_TOKEN_FILE`, else the one of the data folder. */
export function actTokenFile(dataDir: string): string {
  return loadConfig({ actTokenFile: text('') }).actTokenFile || join(dataDir, 'act-token');
}

/**
 * Has the search service record an act; resolves when it is on Kafka. Throws `ACT_TOKEN_UNUSABLE`, `NOT_RUNNING`, and what the
 * service refuses it with.
 */
export async function postAct(page: string, tokenFile: string, act: ActRequest): Promise<ActAnswer['act']> {
  const url = actsUrl(page);
  const token = await readTokenFile(tokenFile);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(act),
    redirect: 'error',
    signal: AbortSignal.timeout(ACT_ANSWER_MS),
  }).catch((cause: unknown) => {
    const what = `The search service at ${url.origin} does not answer: start it with \`npm start\`, or name its --url.`;
    throw new InterleaveError('NOT_RUNNING', what, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(body, response.status);
  const { data } = answerSchema.safeParse(body);
  if (data === undefined) throw new InterleaveError('INTERNAL', `${url.origin} answered with no act.`);
  return data.act;
}

function actsUrl(page: string): URL {
  try {
    return new URL('/api/acts', page);
  } catch (cause) {
    throw new InterleaveError('USAGE', '--url must be an address such as http://127.0.0.1:8480.', { cause });
  }
}

/** The service's own code and message; the message begins with what the code means. */
function refusal(body: unknown, status: number): InterleaveError {
  const { data } = refusalSchema.safeParse(body);
  if (data === undefined || !isErrorCode(data.error.code))
    return new InterleaveError('ACT_INVALID', `HTTP status ${status}.`);
  const { code, message } = data.error;
  const detail = message.replace(ERRORS[code][1], '').trim();
  return new InterleaveError(code, detail === '' ? undefined : detail);
}
