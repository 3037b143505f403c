import type { Hit } from './api.ts';
import { summaryChanges } from './case-changes.ts';
import type { When } from './when.ts';

/** By case id the tag that the case has now; null where there is no such case. */
export type Versions = Readonly<Record<string, string | null>>;

/** A hit as it stands in a list that is open. */
export interface ShownHit {
  hit: Hit;
  /** the tag that the list has taken in */
  tag: string | null;
  /** what changed while it stood here, the last last; nothing of it once the case is gone */
  changes: readonly { when: When; what: readonly string[] }[];
  /** nothing of `hit` is shown any more: the case is not there, or not among the results */
  gone: { when: When; why: 'NO_CASE' | 'NO_MATCH' } | null;
}

export function shownHits(hits: readonly Hit[]): ShownHit[] {
  return hits.map((hit) => ({ hit, tag: hit.tag, changes: [], gone: null }));
}

/**
 * The list after the same search was made again. Each case keeps its place, with what is new in it; one that changed and
 * is no hit any more leaves a note in its place. `follow`: the list follows the order of the search (the newest cases);
 * else hits that are new are left out (`waitingHits`), and what did not change stays.
 */
export function mergeHits(
  shown: readonly ShownHit[],
  hits: readonly Hit[],
  versions: Versions,
  when: When,
  follow: boolean,
): ShownHit[] {
  const found = new Map(hits.map((hit) => [hit.id, hit]));
  const merged = shown.map((entry) => {
    const hit = found.get(entry.hit.id);
    return hit === undefined ? withoutHit(entry, versions, when) : withHit(entry, hit, when);
  });
  if (!follow) return merged;
  const known = new Map(merged.map((entry) => [entry.hit.id, entry]));
  const inOrder = shownHits(hits).map((entry) => known.get(entry.hit.id) ?? entry);
  for (const [place, entry] of merged.entries())
    if (entry.gone !== null) inOrder.splice(Math.min(place, inOrder.length), 0, entry);
  return inOrder;
}

/** Hits that have no place in the list. */
export function waitingHits(shown: readonly ShownHit[], hits: readonly Hit[]): Hit[] {
  const known = new Set(shown.map(({ hit }) => hit.id));
  return hits.filter(({ id }) => !known.has(id));
}

/** Whether the case is known to be another than the list has taken in; any difference counts. */
export function isOutdated({ hit, tag }: ShownHit, versions: Versions): boolean {
  const now = versions[hit.id];
  return now !== undefined && now !== tag;
}

function withHit(entry: ShownHit, hit: Hit, when: When): ShownHit {
  if (entry.gone === null && hit.tag === entry.tag) return { ...entry, hit };
  // The search does not see yet what made the case go.
  if (entry.gone !== null && hit.tag === entry.hit.tag) return entry;
  const what = [
    ...(entry.gone === null ? [] : ['it is among the results again']),
    ...summaryChanges(entry.hit, hit),
  ];
  const changes = what.length === 0 ? entry.changes : [...entry.changes, { when, what }];
  return { hit, tag: hit.tag, changes, gone: null };
}

function withoutHit(entry: ShownHit, versions: Versions, when: When): ShownHit {
  if (!isOutdated(entry, versions)) return entry;
  const tag = versions[entry.hit.id] ?? null;
  return { ...entry, tag, changes: [], gone: { when, why: tag === null ? 'NO_CASE' : 'NO_MATCH' } };
}
