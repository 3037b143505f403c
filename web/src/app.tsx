import { useEffect } from 'preact/hooks';
import { getNormalConcepts } from './api.ts';
import { CasePage } from './case-page.tsx';
import { useLoad } from './load.ts';
import { NormalConcepts } from './normality.ts';
import { go, NO_SEARCH, useRoute } from './route.ts';
import { SearchPage } from './search-page.tsx';

/** The frame of every page: what this is, and what it is not. */
export function App() {
  const route = useRoute();
  const title = route.page === 'case' ? 'Case · Interleave' : 'Interleave';
  useEffect(() => {
    document.title = title;
  }, [title]);
  const { data: normal } = useLoad(getNormalConcepts, []);
  return (
    <NormalConcepts.Provider value={normal ?? NONE}>
      <header class="top">
        <a
          class="brand"
          href="/"
          onClick={(event) => {
            event.preventDefault();
            go({ page: 'search', search: NO_SEARCH });
          }}
        >
          <img src="/icon.svg" alt="" width="26" height="26" />
          Interleave
        </a>
        <p class="notice" role="note">
          Research software. Not a medical device. <strong>Not for diagnosis.</strong>
        </p>
      </header>
      {route.page === 'case' ? (
        <CasePage key={route.id} id={route.id} />
      ) : (
        <SearchPage search={route.search} />
      )}
    </NormalConcepts.Provider>
  );
}

const NONE: ReadonlySet<string> = new Set();
