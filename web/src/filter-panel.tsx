import { useContext, useState } from 'preact/hooks';
import type { Facets, Filters } from './api.ts';
import { useNarrow } from './narrow.ts';
import { NormalConcepts } from './normality.ts';
import { nameOf, plural } from './words.ts';

const GROUPS: { filter: string; title: string; open: boolean; normal?: true }[] = [
  { filter: 'present', title: 'Finding present', open: true },
  { filter: 'uncertain', title: 'Finding uncertain', open: false },
  { filter: 'absent', title: 'Finding absent', open: false },
  { filter: 'present', title: 'Said to be normal', open: false, normal: true },
  { filter: 'modality', title: 'Modality', open: true },
  { filter: 'bodyPart', title: 'Body part', open: false },
  { filter: 'status', title: 'Report status', open: false },
  { filter: 'standing', title: 'Standing', open: true },
  { filter: 'sex', title: 'Sex', open: false },
  { filter: 'ageGroup', title: 'Age', open: false },
];

const MOST = 15;

/** Narrows a search by what the found cases have; a chosen value stays visible though it has no case left. */
export function FilterPanel({
  facets,
  filters,
  onChange,
}: {
  facets: Facets;
  filters: Filters;
  onChange(filters: Filters): void;
}) {
  const normals = useContext(NormalConcepts);
  const narrow = useNarrow();
  const [unfolded, setUnfolded] = useState(false);
  const chosen = Object.values(filters).flat().length;
  const folded = narrow && !unfolded;
  return (
    <nav class="filters" aria-label="Filters">
      {narrow && (
        <button type="button" class="fold" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {chosen === 0 ? 'Filters' : `Filters (${plural(chosen, 'chosen', 'chosen')})`}
        </button>
      )}
      {chosen > 0 && (
        <button type="button" class="clear" onClick={() => onChange({})}>
          Clear all filters
        </button>
      )}
      {(folded ? [] : GROUPS).map(({ filter, title, open, normal = false }) => {
        const belongs = (value: string) => filter !== 'present' || normals.has(value) === normal;
        const values = (facets[filter] ?? []).filter(({ value }) => belongs(value));
        const active = (filters[filter] ?? []).filter(belongs);
        const missing = active
          .filter((value) => !values.some((facet) => facet.value === value))
          .map((value) => ({ value, name: value, count: 0 }));
        const shown = [...values.slice(0, MOST), ...missing];
        if (shown.length === 0) return null;
        return (
          <details key={title} open={open || active.length > 0}>
            <summary>{title}</summary>
            {shown.map(({ value, name, count }) => (
              <label key={value}>
                <input
                  type="checkbox"
                  checked={active.includes(value)}
                  onChange={() => onChange(toggle(filters, filter, value))}
                />
                <span class="value">{name === value ? nameOf(value) : name}</span>
                <span class="number">{count}</span>
              </label>
            ))}
          </details>
        );
      })}
    </nav>
  );
}

function toggle(filters: Filters, filter: string, value: string): Filters {
  const active = filters[filter] ?? [];
  const next = active.includes(value) ? active.filter((other) => other !== value) : [...active, value];
  return { ...filters, [filter]: next };
}
