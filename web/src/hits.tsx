import type { Hit } from './api.ts';
import { HitCard } from './hit-card.tsx';

/** Hits in their order; those that are near by meaning only stand last, under a heading that says so. */
export function Hits({ hits }: { hits: readonly Hit[] }) {
  const named = hits.filter(({ why }) => !why.byMeaningOnly);
  const near = hits.filter(({ why }) => why.byMeaningOnly);
  return (
    <>
      {named.map((hit) => (
        <HitCard key={hit.id} hit={hit} />
      ))}
      {near.length > 0 && (
        <header class="near">
          <h2>By meaning only</h2>
          <p class="hint">
            Their text is near to this by a model of language; they may have nothing to do with it.
          </p>
        </header>
      )}
      {near.map((hit) => (
        <HitCard key={hit.id} hit={hit} />
      ))}
    </>
  );
}
