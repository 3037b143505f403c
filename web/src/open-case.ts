import { useRef, useState } from 'preact/hooks';
import { ApiError, type CaseView, getCaseUnless } from './api.ts';
import { caseChanges } from './case-changes.ts';
import { type Freshness, usePolling } from './polling.ts';
import type { When } from './when.ts';

/** A case that stands open, kept as it is now. */
export interface OpenCase {
  /** as it is now, as far as the page knows; null before the first answer, and where the case is gone */
  current: CaseView | null;
  /** as the reader has taken notice of it: what of `current` differs is marked as new */
  seen: CaseView | null;
  /** what changed since the reader took notice, the last last */
  changes: readonly { when: When; what: readonly string[] }[];
  /** the case was open, and there is no such case any more */
  gone: When | null;
  freshness: Freshness;
  /** the reader has seen the changes */
  acknowledge(): void;
}

type State = Omit<OpenCase, 'freshness' | 'acknowledge'>;

/** Opens a case and follows it. */
export function useOpenCase(id: string): OpenCase {
  const [state, setState] = useState<State>({ current: null, seen: null, changes: [], gone: null });
  const known = useRef<{ view: CaseView | null; at: number | null }>({ view: null, at: null });
  const freshness = usePolling(async (signal) => {
    const startedAt = Date.now();
    const answer = await getCaseUnless(known.current.view?.tag ?? null, id, signal).catch(
      (error: unknown) => {
        const gone = error instanceof ApiError && error.code === 'CASE_NOT_FOUND';
        if (!gone || known.current.at === null) throw error;
        return 'GONE' as const;
      },
    );
    signal.throwIfAborted();
    const when = { since: known.current.at, at: Date.now() };
    if (answer === 'GONE') {
      known.current = { view: null, at: startedAt };
      setState((before) => ({ ...before, current: null, gone: before.gone ?? when }));
    } else if (answer === null) known.current.at = startedAt;
    else {
      known.current = { view: answer, at: startedAt };
      setState((before) => withView(before, answer, when));
    }
  });
  const acknowledge = () => setState((before) => ({ ...before, seen: before.current, changes: [] }));
  return { ...state, freshness, acknowledge };
}

function withView(before: State, current: CaseView, when: When): State {
  if (before.seen === null) return { current, seen: current, changes: [], gone: null };
  const what = [
    ...(before.gone === null ? [] : ['it is here again']),
    ...caseChanges(before.current ?? before.seen, current),
  ];
  const changes = what.length === 0 ? before.changes : [...before.changes, { when, what }];
  return { ...before, current, changes, gone: null };
}
