/** How long one answer of Elasticsearch is waited for. */
const ANSWER_MS = 5_000;

export type IndexHealth = 'green' | 'yellow' | 'red' | 'away';

/** What `_cluster/health` says; `away` where there is no answer. Never rejects. */
export async function indexHealth(url: string): Promise<IndexHealth> {
  const answer = await ask(url, '/_cluster/health?filter_path=status').catch(() => null);
  const status = (answer as { status?: unknown } | null)?.status;
  return status === 'green' || status === 'yellow' || status === 'red' ? status : 'away';
}

/**
 * Has Elasticsearch allocate the shards again that failed, which it gives up after five tries
 * (`index.allocation.max_retries`), and takes away the block that a flood-stage disk puts on an index
 * (`index.blocks.read_only_allow_delete`). To be called when there is room; does no harm when there is nothing to do.
 * Rejects where Elasticsearch does not answer.
 */
export async function allocateAgain(url: string): Promise<void> {
  const blocked = (await ask(url, `/_all/_settings/${BLOCK}?flat_settings=true`)) as Settings;
  const names = Object.keys(blocked).filter((name) => blocked[name]?.settings?.[BLOCK] === 'true');
  if (names.length > 0)
    await ask(url, `/${names.map(encodeURIComponent).join(',')}/_settings`, 'PUT', { [BLOCK]: null });
  await ask(url, '/_cluster/reroute?retry_failed=true&metric=none', 'POST');
}

const BLOCK = 'index.blocks.read_only_allow_delete';

type Settings = Record<string, { settings?: Record<string, string> } | undefined>;

async function ask(url: string, path: string, method = 'GET', body?: object): Promise<unknown> {
  const response = await fetch(new URL(path, url), {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`Elasticsearch answered ${response.status}.`);
  return response.json();
}
