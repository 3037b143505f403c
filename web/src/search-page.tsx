import { useEffect, useRef, useState } from 'preact/hooks';
import { type Filters, PAGE_SIZE, search as runSearch, type Search, type SearchAnswer } from './api.ts';
import { ChangeNotices } from './change-notices.tsx';
import { FilterPanel } from './filter-panel.tsx';
import { Hits } from './hits.tsx';
import { NEWEST_MS } from './limits.ts';
import { useLiveHits } from './live-hits.ts';
import { useLoad } from './load.ts';
import { Problem } from './problem.tsx';
import { go, restoreScroll } from './route.ts';
import { Understood } from './understood.tsx';
import { plural } from './words.ts';

const EXAMPLES = [
  'pneumothorax',
  'no pneumothorax',
  'enlarged heart with effusion',
  'nodule in the right upper lobe',
];

/** A search box, filters and what was found; without words, the newest cases as they come in. */
export function SearchPage({ search }: { search: Search }) {
  const [words, setWords] = useState(search.words);
  const [tick, setTick] = useState(0);
  const box = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLElement>(null);
  const newest = isNewest(search);
  const { data, error, loading } = useLoad(
    async (signal) => ({ of: search, answer: await runSearch(search, signal) }),
    [search, tick],
  );
  // What is shown still answers the search before.
  const stale = data !== null && data.of !== search;
  const again = () => setTick((n) => n + 1);
  const list = useLiveHits(data?.of, data?.answer.hits ?? null, again, data !== null && isNewest(data.of));

  useEffect(() => setWords(search.words), [search.words]);
  useEffect(() => {
    if (data !== null && tick === 0) restoreScroll();
  }, [data === null]);
  useEffect(() => {
    if (!newest) return;
    const timer = setInterval(
      () => document.visibilityState === 'visible' && setTick((n) => n + 1),
      NEWEST_MS,
    );
    return () => clearInterval(timer);
  }, [newest]);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      box.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);

  const change = (next: Partial<Search>) => {
    go({ page: 'search', search: { ...search, from: 0, ...next } });
    scrollTo(0, 0);
  };

  return (
    <main class="search">
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change({ words: words.trim() });
          }}
        >
          <input
            ref={box}
            type="search"
            name="words"
            aria-label="Search cases by words or accession number"
            placeholder="Findings, words, &quot;a phrase&quot;, or an accession number"
            autocomplete="off"
            spellcheck={false}
            maxLength={500}
            value={words}
            autofocus
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <button type="submit">Search</button>
        </form>
      </search>
      <p class="examples">
        Try{' '}
        {EXAMPLES.map((example) => (
          <button key={example} type="button" onClick={() => change({ words: example, filters: {} })}>
            {example}
          </button>
        ))}
      </p>
      <button type="button" class="skip" onClick={() => results.current?.focus()}>
        Skip to the results
      </button>
      {error !== null && (data === null || stale) && <Problem error={error} onRetry={again} />}
      {stale && error === null && (
        <p class="searching" role="status">
          Searching…
        </p>
      )}
      {data !== null && !(stale && error !== null) && (
        <div class={stale ? 'columns stale' : 'columns'} aria-busy={loading}>
          <FilterPanel
            facets={data.answer.facets ?? {}}
            filters={search.filters}
            onChange={(filters: Filters) => change({ filters })}
          />
          <section ref={results} tabIndex={-1} aria-label="Results" inert={stale}>
            <Understood answer={data.answer} newest={isNewest(data.of)} />
            <ChangeNotices
              lead="A case in this list"
              changes={list.changes}
              freshness={list.freshness}
              quiet={isNewest(data.of)}
            >
              <button type="button" onClick={list.acknowledge}>
                I have seen it
              </button>
            </ChangeNotices>
            {list.waiting > 0 && (
              <p class="waiting">
                <button type="button" onClick={list.showAll}>
                  {plural(list.waiting, 'other case')} {list.waiting === 1 ? 'is' : 'are'} found now: show the
                  new list
                </button>
              </p>
            )}
            <div class={list.freshness.old ? 'hits old' : 'hits'}>
              <Hits hits={list.shown} outdated={list.outdated} />
            </div>
            {list.shown.length === 0 && (
              <Nothing
                numbers={data.answer.query.numbers}
                filtered={Object.values(search.filters).some((f) => f.length > 0)}
              />
            )}
            <Pages answer={data.answer} onGo={(from) => change({ from })} />
          </section>
        </div>
      )}
      {data === null && error === null && <p class="wait">Searching…</p>}
    </main>
  );
}

function isNewest({ words, from }: Search): boolean {
  return words === '' && from === 0;
}

function Nothing({ filtered, numbers }: { filtered: boolean; numbers: SearchAnswer['query']['numbers'] }) {
  if (numbers.some(({ code }) => code === 'NO_CASE_WITH_NUMBER'))
    return (
      <div class="nothing">
        <h2>No case with this number.</h2>
        <p>
          Other cases are not shown in its place. A digit off is another patient: compare each one, and
          leading zeros and dashes too. New cases appear within seconds of their report.
        </p>
      </div>
    );
  return (
    <div class="nothing">
      <h2>No case matches.</h2>
      <p>
        {filtered
          ? 'Remove a filter, or use other words.'
          : 'A finding by its name means that it is present; write “no effusion” for its absence. New cases appear within seconds of their report.'}
      </p>
    </div>
  );
}

function Pages({ answer, onGo }: { answer: SearchAnswer; onGo(from: number): void }) {
  const { from, hits, total } = answer;
  const more = hits.length === PAGE_SIZE && from + PAGE_SIZE < total.value;
  if (from === 0 && !more) return null;
  return (
    <nav class="pages" aria-label="Pages">
      <button type="button" disabled={from === 0} onClick={() => onGo(Math.max(0, from - PAGE_SIZE))}>
        Previous
      </button>
      <span>
        {from + 1} to {from + hits.length}
      </span>
      <button type="button" disabled={!more} onClick={() => onGo(from + PAGE_SIZE)}>
        Next
      </button>
    </nav>
  );
}
