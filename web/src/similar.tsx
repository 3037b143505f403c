import { useState } from 'preact/hooks';
import { type CaseView, getSimilar, type SimilarBy } from './api.ts';
import { ChangeNotices } from './change-notices.tsx';
import { Hits } from './hits.tsx';
import { useLiveHits } from './live-hits.ts';
import { useLoad } from './load.ts';
import { Problem } from './problem.tsx';

const WAYS: { by: SimilarBy; name: string }[] = [
  { by: 'both', name: 'Text and image' },
  { by: 'text', name: 'Text' },
  { by: 'image', name: 'Image' },
];

/** Cases that are like an open one. Where that one changes, it is compared anew, and the list says so. */
export function Similar({ detail: { id, tag }, changed }: { detail: CaseView; changed: boolean }) {
  const [by, setBy] = useState<SimilarBy>('both');
  const [attempt, setAttempt] = useState(0);
  const of = `${id} ${tag} ${by}`;
  const { data, error, loading } = useLoad(
    async (signal) => ({ of, hits: (await getSimilar(id, by, signal)).hits }),
    [of, attempt],
  );
  const again = () => setAttempt((n) => n + 1);
  // What was like the case before is not shown as being like it now.
  const hits = data?.of === of ? data.hits : null;
  const list = useLiveHits(of, hits, again);
  return (
    <section id="similar" class="similar" aria-label="Similar cases" aria-busy={loading}>
      <h2>More like this</h2>
      <fieldset class="ways" aria-label="Alike by">
        {WAYS.map((way) => (
          <button key={way.by} type="button" aria-pressed={way.by === by} onClick={() => setBy(way.by)}>
            {way.name}
          </button>
        ))}
      </fieldset>
      {by !== 'text' && (
        <p class="hint">
          Images are compared as pictures, by a model that has not learnt radiology: alike need not mean the
          same disease.
        </p>
      )}
      {changed && <p class="changed">The case above has changed. The comparison was made again.</p>}
      <ChangeNotices lead="A case in this list" changes={list.changes} freshness={null} quiet />
      {error !== null && hits === null && <Problem error={error} onRetry={again} />}
      {loading && hits === null && <p class="wait">Looking for cases like this…</p>}
      {hits !== null && (
        <div class={list.freshness.old ? 'hits old' : 'hits'}>
          <Hits hits={list.shown} outdated={list.outdated} />
        </div>
      )}
      {list.waiting > 0 && (
        <p class="waiting">
          <button type="button" onClick={list.showAll}>
            The list is another one now: show it
          </button>
        </p>
      )}
      {hits?.length === 0 && <p class="nothing">No other case is similar enough to this one yet.</p>}
    </section>
  );
}
