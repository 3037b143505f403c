import { useEffect, useState } from 'preact/hooks';
import type { Search } from './api.ts';

/**
 * Where the user is. The words of a search may name a patient, so they live in the history's state and never in the
 * address; a case has its id (a keyed hash) in the path.
 */
export type Route = { page: 'search'; search: Search } | { page: 'case'; id: string; part?: 'similar' };

export const NO_SEARCH: Search = { words: '', filters: {}, from: 0 };

export function go(route: Route, how: 'push' | 'replace' = 'push'): void {
  const path = route.page === 'case' ? casePath(route.id, route.part) : '/';
  if (how === 'push') {
    rememberScroll();
    history.pushState({ route, scroll: 0 }, '', path);
  } else history.replaceState({ route, scroll: window.scrollY }, '', path);
  dispatchEvent(new Event('interleave:route'));
}

export function casePath(id: string, part?: 'similar'): string {
  return `/cases/${id}${part === undefined ? '' : `#${part}`}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(current);
  useEffect(() => {
    history.scrollRestoration = 'manual';
    const update = () => setRoute(current());
    addEventListener('popstate', update);
    addEventListener('interleave:route', update);
    return () => {
      removeEventListener('popstate', update);
      removeEventListener('interleave:route', update);
    };
  }, []);
  return route;
}

/** Where the page stood when the user left it; to be applied when its content is there. */
export function restoreScroll(): void {
  const state = history.state as { scroll?: number } | null;
  scrollTo(0, state?.scroll ?? 0);
}

function rememberScroll(): void {
  history.replaceState({ ...(history.state as object | null), scroll: window.scrollY }, '');
}

function current(): Route {
  const match = /^\/cases\/([0-9a-f]{32})$/.exec(location.pathname);
  if (match?.[1] !== undefined) return { page: 'case', id: match[1] };
  const state = history.state as { route?: Route } | null;
  return state?.route?.page === 'search' ? state.route : { page: 'search', search: NO_SEARCH };
}
