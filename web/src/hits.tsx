import { GoneCard, HitCard } from './hit-card.tsx';
import type { ShownHit } from './shown-hits.ts';

/** Hits in their order; those that are near by meaning only stand last, under a heading that says so. */
export function Hits({ hits, outdated }: { hits: readonly ShownHit[]; outdated: ReadonlySet<string> }) {
  const named = hits.filter(({ hit }) => !hit.why.byMeaningOnly);
  const near = hits.filter(({ hit }) => hit.why.byMeaningOnly);
  const card = (shown: ShownHit) =>
    shown.gone === null ? (
      <HitCard key={shown.hit.id} shown={shown} outdated={outdated.has(shown.hit.id)} />
    ) : (
      <GoneCard key={shown.hit.id} id={shown.hit.id} gone={shown.gone} />
    );
  return (
    <>
      {named.map(card)}
      {near.length > 0 && (
        <header class="near">
          <h2>By meaning only</h2>
          <p class="hint">
            Their text, or a picture of them, is near to this by a model; they may have nothing to do with it.
          </p>
        </header>
      )}
      {near.map(card)}
    </>
  );
}
