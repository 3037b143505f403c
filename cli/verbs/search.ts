import { z } from 'zod';
import { InterleaveError } from '../../core/errors.ts';
import { DATA_DIR_OPTION, dataDirOf } from '../data-dir.ts';
import { EXIT } from '../exit-codes.ts';
import { MAX_HITS } from '../limits.ts';
import { readInstance } from '../up/instance.ts';
import { numberOption, type Verb } from '../verb.ts';

const HELP = `
Usage: interleave search WORDS... [options]

Finds cases by words, as the page does: a finding means that it is present, unless you say "no" before it.

Options:
  --size N          hits at most (default 10, up to ${MAX_HITS})
  --url URL         address of the search service (default: the system on the data folder, else http://127.0.0.1:8480)
  --data-dir DIR    the data folder (default .interleave/data in the checkout)
  --json            print the service's answer: one object with "hits"

Exit codes: 0 the search was done, with hits or without; 1 it failed; 2 the command line could not be understood;
3 the search service could not be reached.
`;

const DEFAULT_PAGE = 'http://127.0.0.1:8480';
const ANSWER_MS = 30_000;

const answerSchema = z.looseObject({ hits: z.array(z.looseObject({})) });

export const search: Verb = {
  name: 'search',
  summary: 'find cases by words',
  help: HELP,
  options: { ...DATA_DIR_OPTION, size: { type: 'string' }, url: { type: 'string' } },
  async run(input) {
    const words = input.positionals.join(' ').trim();
    if (words === '') throw new InterleaveError('USAGE', 'Say what to search for.');
    const size = numberOption(input, 'size', { min: 1, max: MAX_HITS, integer: true }) ?? 10;
    const page = input.text('url') ?? readInstance(dataDirOf(input))?.page ?? DEFAULT_PAGE;
    const answer = await ask(page, words, size);
    if (input.json) input.print(JSON.stringify(answer));
    else if (answer.hits.length === 0) input.print('nothing found');
    else for (const [index, hit] of answer.hits.entries()) input.print(describe(hit, index + 1));
    return EXIT.ok;
  },
};

async function ask(page: string, words: string, size: number): Promise<z.infer<typeof answerSchema>> {
  const url = searchUrl(page, words, size);
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch((cause: unknown) => {
    throw new InterleaveError('NOT_RUNNING', `The search service at ${url.origin} does not answer.`, {
      cause,
    });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new InterleaveError('QUERY_INVALID', messageOf(body, response.status));
  const parsed = answerSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new InterleaveError('INTERNAL', `${url.origin} answered with something else than hits.`);
}

function searchUrl(page: string, words: string, size: number): URL {
  try {
    const url = new URL('/api/search', page);
    url.searchParams.set('q', words);
    url.searchParams.set('size', String(size));
    return url;
  } catch (cause) {
    throw new InterleaveError('USAGE', '--url must be an address such as http://127.0.0.1:8480.', { cause });
  }
}

function messageOf(body: unknown, status: number): string {
  const error = z.object({ error: z.object({ message: z.string() }) }).safeParse(body);
  const message = z.object({ message: z.string() }).safeParse(body);
  return error.data?.error.message ?? message.data?.message ?? `HTTP status ${status}.`;
}

function describe(hit: Record<string, unknown>, rank: number): string {
  const text = [hit['impression'], hit['findingsText'], hit['text']].find(
    (value): value is string => typeof value === 'string' && value !== '',
  );
  const first = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return `${String(rank).padStart(3)}  ${String(hit['caseId'] ?? hit['id'] ?? '')}  ${first.slice(0, 100)}`;
}
