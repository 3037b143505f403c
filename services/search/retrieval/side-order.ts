import type { Assertion, Finding } from '../../../core/radiology/events.ts';
import { sidedFinding } from '../../../schemas/index/sided-finding.ts';
import type { AskedConcept } from '../query/query-reading.ts';
import { type CaseIndex, columnOf, RANKED_CASES, rankedId, type SearchBody } from './case-index.ts';

/** A side was asked for: the case has the finding there, does not say where, or has it on the other side only. */
type Agreement = 0 | 1 | 2;

/**
 * Puts the cases first whose finding is on the side that was asked for ("right pneumothorax"; what is bilateral is on
 * both), then those that name no side; those of the other side come last, whatever tier they are of. Within each the order
 * stays. `tiers`: ids of cases, the best first. The sides of a case are read from
 * their column, and only where a side was asked for.
 */
export async function bySide<T extends { id: string }>(
  index: CaseIndex,
  tiers: readonly (readonly T[])[],
  concepts: readonly AskedConcept[],
): Promise<T[]> {
  const sided = concepts.filter(({ side }) => side !== '');
  const ids = tiers.flatMap((tier) => tier.map(({ id }) => id));
  if (sided.length === 0 || ids.length === 0) return tiers.flat();
  const [result] = await index.searchAll([{ query: { ids: { values: ids } }, size: ids.length, ...SIDES }]);
  const agreements = new Map(
    (result?.hits.hits ?? []).flatMap((hit): [string, Agreement][] => {
      const id = rankedId(hit);
      const found = new Set(columnOf(hit.fields, 'sided_findings'));
      return id === null
        ? []
        : [[id, Math.max(...sided.map((asked) => agreement(found, asked))) as Agreement]];
    }),
  );
  const of = ({ id }: T) => agreements.get(id) ?? 1;
  return [
    ...tiers.flatMap((tier) => [
      ...tier.filter((hit) => of(hit) === 0),
      ...tier.filter((hit) => of(hit) === 1),
    ]),
    ...tiers.flatMap((tier) => tier.filter((hit) => of(hit) === 2)),
  ];
}

const SIDES = {
  ...RANKED_CASES,
  docvalue_fields: [...RANKED_CASES.docvalue_fields, 'sided_findings'],
} satisfies SearchBody;

/** By what `sidedFinding` wrote of a case. A finding that is asked for as present may be uncertain. */
export function agreement(
  found: ReadonlySet<string>,
  { concept, assertion, side }: Pick<AskedConcept, 'concept' | 'assertion' | 'side'>,
): Agreement {
  const assertions: Assertion[] = assertion === 'PRESENT' ? ['PRESENT', 'UNCERTAIN'] : [assertion];
  const is = (laterality: Finding['laterality']) =>
    assertions.some((one) => found.has(sidedFinding({ assertion: one, concept, laterality })));
  const [right, left, both] = [is('RIGHT'), is('LEFT'), is('BILATERAL')];
  if (both || (right && left)) return 0;
  if (!right && !left) return 1;
  return (right && side === 'RIGHT') || (left && side === 'LEFT') ? 0 : 2;
}
