import { z } from 'zod';
import { ERRORS, InterleaveError, isErrorCode } from '../../core/errors.ts';
import { DATA_DIR_OPTION } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { MAX_HITS, SEARCH_ANSWER_MS } from '../limits.ts';
import { askedInstance } from '../up/asked-instance.ts';
import { numberOption, type Verb } from '../verb.ts';

const HELP = `
Usage: interleave search WORDS... [options]

Finds cases by words, as the page does: a finding means that it is present, unless you say "no" before it, or put a minus
directly before it (in quotes, so that it is not taken for an option: interleave search "pneumothorax -effusion").

Options:
  --size N          hits at most (default 10, up to ${MAX_HITS})
  --url URL         address of the search service (default: the system on the data folder, else http://127.0.0.1:8480)
  --data-dir DIR    the data folder (default .interleave/data in the checkout)
  --json            print the service's answer: one object with "hits"

Exit codes: 0 the search was done, with hits or without; 1 it failed; 2 the command line could not be understood;
3 the search service could not be reached.
`;

const DEFAULT_PAGE = 'http://127.0.0.1:8480';

const namesSchema = z.array(z.looseObject({ name: z.string() }));
const answerSchema = z.looseObject({
  notice: z.string().optional(),
  query: z
    .looseObject({
      concepts: z.array(z.looseObject({ name: z.string(), assertion: z.string() })).optional(),
      respelled: z.array(z.looseObject({ typed: z.string(), read: z.string() })).optional(),
      rest: z.string().optional(),
      denied: z.array(z.string()).optional(),
      notes: z.array(z.string()).optional(),
      numbers: z.array(z.looseObject({ code: z.string(), message: z.string() })).optional(),
    })
    .optional(),
  total: z
    .looseObject({
      value: z.number(),
      relation: z.string(),
      tiers: z.array(z.looseObject({ tier: z.string(), count: z.number() })).optional(),
      byMeaningOnly: z.number().optional(),
    })
    .optional(),
  hits: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      impression: z.string(),
      imageCount: z.number(),
      findings: z.looseObject({ present: namesSchema, absent: namesSchema, uncertain: namesSchema }),
    }),
  ),
});
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

type Answer = z.infer<typeof answerSchema>;

export const search: Verb = {
  name: 'search',
  summary: 'find cases by words',
  help: HELP,
  takesWords: true,
  options: { ...DATA_DIR_OPTION, size: { type: 'string' }, url: { type: 'string' } },
  async run(input) {
    const words = input.positionals.join(' ').trim();
    if (words === '') throw new InterleaveError('USAGE', 'Say what to search for.');
    const size = numberOption(input, 'size', { min: 1, max: MAX_HITS, integer: true }) ?? 10;
    const page = input.text('url') ?? askedInstance(input)?.page ?? DEFAULT_PAGE;
    const answer = await ask(page, words, size);
    if (input.json) input.print(JSON.stringify(answer));
    else for (const line of linesOf(answer)) input.print(line);
    return EXIT.ok;
  },
};

/** What a person reads: the hits, how the words were understood, and what this is not for. */
function linesOf({ hits, total, query, notice }: Answer): string[] {
  const read = query?.respelled ?? [];
  return [
    ...hits.map((hit, index) => describe(hit, index + 1)),
    ...(query?.numbers ?? []).map(({ code, message }) => `${message} (${code})`),
    ...understood(query),
    ...read.map((word) => `"${word.typed}" read as "${word.read}"`),
    ...(query?.denied ?? []).map((words) => `without "${words}"`),
    ...(query?.notes ?? []).map((note) => `note: ${note}`),
    ...(hits.length === 0 ? ['nothing found'] : total === undefined ? [] : [count(hits.length, total)]),
    ...(notice === undefined ? [] : [notice]),
  ];
}

/** What was asked of which finding, so that nobody takes the cases that deny it for those that have it. */
function understood(query: Answer['query']): string[] {
  const { concepts = [], rest = '' } = query ?? {};
  if (concepts.length === 0) return [];
  const asked = concepts.map(({ name, assertion }) => `${name} ${assertion.toLowerCase()}`).join(', ');
  return [`asked for: ${asked}${rest === '' ? '' : `; "${rest}" ranks, and does not filter`}`];
}

/** Words travel in the body, never in an address (services/search/http/routes.ts). */
async function ask(page: string, words: string, size: number): Promise<Answer> {
  const url = searchUrl(page);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ words, size }),
    signal: AbortSignal.timeout(SEARCH_ANSWER_MS),
  }).catch((cause: unknown) => {
    throw new InterleaveError(
      'NOT_RUNNING',
      `The search service at ${url.origin} does not answer: start it with \`npm start\`, or name its --url.`,
      {
        cause,
      },
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(body, response.status);
  const parsed = answerSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new InterleaveError('INTERNAL', `${url.origin} answered with something else than hits.`);
}

function searchUrl(page: string): URL {
  try {
    return new URL('/api/search', page);
  } catch (cause) {
    throw new InterleaveError('USAGE', '--url must be an address such as http://127.0.0.1:8480.', { cause });
  }
}

/** The service's own code and message; the message begins with what the code means. */
function refusal(body: unknown, status: number): InterleaveError {
  const { data } = refusalSchema.safeParse(body);
  if (data === undefined || !isErrorCode(data.error.code))
    return new InterleaveError('QUERY_INVALID', `HTTP status ${status}.`);
  const { code } = data.error;
  const detail = data.error.message.replace(ERRORS[code][1], '').trim();
  return new InterleaveError(code, detail === '' ? undefined : detail);
}

function count(shown: number, total: NonNullable<Answer['total']>): string {
  const { value, relation, tiers = [], byMeaningOnly = 0 } = total;
  const parts = [
    ...(tiers.length > 1 ? tiers.map(({ tier, count }) => `${count} ${TIER_WORDS[tier] ?? tier}`) : []),
    ...(byMeaningOnly > 0 ? [`${byMeaningOnly} by meaning only`] : []),
  ];
  const said = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${shown} of ${relation === 'gte' ? 'at least ' : ''}${value} ${value === 1 ? 'case' : 'cases'}${said}`;
}

const TIER_WORDS: Readonly<Record<string, string>> = {
  AS_ASKED: 'as asked',
  UNCERTAIN: 'uncertain',
  SOME: 'with some of it',
  UNREAD: 'in a language that is not read',
};

function describe(hit: Answer['hits'][number], rank: number): string {
  const { present, uncertain } = hit.findings;
  const findings = [...present.map(({ name }) => name), ...uncertain.map(({ name }) => `${name}?`)].join(
    ', ',
  );
  const images = hit.imageCount === 1 ? '1 image' : `${hit.imageCount} images`;
  const impression = hit.impression.replaceAll(/\s+/g, ' ').trim();
  return [
    `${String(rank).padStart(3)}  ${hit.title} (${images})  ${hit.id}`,
    ...[findings, impression]
      .filter((line) => line !== '')
      .map((line) => `     ${line.slice(0, LINE_WIDTH)}`),
  ].join('\n');
}

const LINE_WIDTH = 110;
