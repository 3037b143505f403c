import { CasePage } from './case-page.tsx';
import { go, NO_SEARCH, useRoute } from './route.ts';
import { SearchPage } from './search-page.tsx';

/** The frame of every page: what this is, and what it is not. */
export function App() {
  const route = useRoute();
  return (
    <>
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
    </>
  );
}
