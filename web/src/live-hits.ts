import { useEffect, useRef, useState } from 'preact/hooks';
import { getVersions, type Hit } from './api.ts';
import { MAX_TOLD_OF_CARD } from './limits.ts';
import { type Freshness, usePolling } from './polling.ts';
import { isOutdated, mergeHits, type ShownHit, shownHits, type Versions, waitingHits } from './shown-hits.ts';
import type { When } from './when.ts';

/** A list of hits that stands open, kept as its cases are now. */
export interface LiveHits {
  shown: readonly ShownHit[];
  /** cases that have changed while the search does not give their new state yet */
  outdated: ReadonlySet<string>;
  /** hits that the same search finds now and that have no place in the list */
  waiting: number;
  /** all that changed while the list was open, by the time it was seen */
  changes: readonly { when: When; what: readonly string[] }[];
  freshness: Freshness;
  /** takes the list as the search gives it now */
  showAll(): void;
  /** the reader has seen what changed */
  acknowledge(): void;
}

/**
 * Follows the cases of a list. `answer`: the last answer of the search that `of` stands for; another `of` is another list.
 * `again`: makes the same search again. `follow`: as for `mergeHits`.
 */
export function useLiveHits(
  of: unknown,
  answer: readonly Hit[] | null,
  again: () => void,
  follow = false,
): LiveHits {
  const [list, setList] = useState<{ of: unknown; shown: readonly ShownHit[] }>({ of: null, shown: [] });
  const [versions, setVersions] = useState<Versions>({});
  const checkedAt = useRef<number | null>(null);
  // An answer to another search is a new list at once, in the same rendering.
  const shown = list.of === of || answer === null ? list.shown : shownHits(answer);
  useEffect(() => {
    if (answer === null) return;
    const when = { since: checkedAt.current, at: Date.now() };
    setVersions((before) => stillTrue(before, list.shown, answer));
    setList((before) => ({
      of,
      shown: before.of === of ? mergeHits(before.shown, answer, versions, when, follow) : shownHits(answer),
    }));
  }, [answer]);
  const freshness = usePolling(async (signal) => {
    const startedAt = Date.now();
    const ids = shown.map(({ hit }) => hit.id);
    const now = ids.length === 0 ? {} : await getVersions(ids, signal);
    signal.throwIfAborted();
    setVersions(now);
    if (shown.some((entry) => isOutdated(entry, now))) again();
    else checkedAt.current = startedAt;
  });
  const outdated = shown.filter((entry) => isOutdated(entry, versions)).map(({ hit }) => hit.id);
  return {
    shown,
    outdated: new Set(outdated),
    waiting: answer === null ? 0 : waitingHits(shown, answer).length,
    changes: shown.flatMap(changesOf).sort((a, b) => a.when.at - b.when.at),
    freshness,
    showAll: () => answer !== null && setList({ of, shown: shownHits(answer) }),
    acknowledge: () =>
      setList((before) => ({
        ...before,
        shown: before.shown.filter(({ gone }) => gone === null).map((entry) => ({ ...entry, changes: [] })),
      })),
  };
}

/** The versions without those of cases of which the answer has another state than the list: they are older or known now. */
function stillTrue(versions: Versions, shown: readonly ShownHit[], answer: readonly Hit[]): Versions {
  const tags = new Map(shown.map(({ hit, tag }) => [hit.id, tag]));
  const renewed = new Set(answer.flatMap(({ id, tag }) => (tags.get(id) === tag ? [] : [id])));
  return Object.fromEntries(Object.entries(versions).filter(([id]) => !renewed.has(id)));
}

function changesOf({ hit, changes, gone }: ShownHit): LiveHits['changes'][number][] {
  const name = [hit.title || 'an untitled case', hit.accession].filter((part) => part !== '').join(', ');
  return [
    ...changes.map(({ when, what }) => ({ when, what: [`${name}: ${shortened(what).join(', ')}`] })),
    ...(gone === null ? [] : [{ when: gone.when, what: [`${name}: ${GONE_WORDS[gone.why]}`] }]),
  ];
}

/** The card has it whole. */
function shortened(what: readonly string[]): readonly string[] {
  const more = what.length - MAX_TOLD_OF_CARD;
  return more > 0 ? [...what.slice(0, MAX_TOLD_OF_CARD), `and ${more} more`] : what;
}

/** Of a case that left the list. */
export const GONE_WORDS: Record<NonNullable<ShownHit['gone']>['why'], string> = {
  NO_CASE: 'it is no longer here',
  NO_MATCH: 'it is no longer among these results',
};
