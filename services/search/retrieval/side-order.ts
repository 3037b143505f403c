import { isResult } from '../../../core/text/report-labels.ts';
import type { CaseDocument, CaseDocumentReport } from '../../../schemas/index/case-document.ts';
import type { AskedConcept } from '../query/query-reading.ts';
import type { CaseIndex } from './case-index.ts';

/** A side was asked for: the case has the finding there, does not say where, or has it on the other side only. */
type Agreement = 0 | 1 | 2;

/**
 * Puts the cases first whose finding is on the side that was asked for ("right pneumothorax"; what is bilateral is on
 * both), then those that name no side; those of the other side come last, whatever tier they are of. Within each the order
 * stays. `tiers`: ids of cases, the best first. The index does not search sides (they stand in the reports as shown), so
 * this looks at the cases themselves, and only where a side was asked for.
 */
export async function bySide<T extends { id: string }>(
  index: CaseIndex,
  tiers: readonly (readonly T[])[],
  concepts: readonly AskedConcept[],
): Promise<T[]> {
  const sided = concepts.filter(({ side }) => side !== '');
  const ids = tiers.flatMap((tier) => tier.map(({ id }) => id));
  if (sided.length === 0 || ids.length === 0) return tiers.flat();
  const [result] = await index.searchAll([
    { query: { ids: { values: ids } }, size: ids.length, _source: { includes: [...FIELDS] } },
  ]);
  const agreements = new Map(
    (result?.hits.hits ?? []).flatMap(({ _id, _source }) =>
      _id === undefined || _source === undefined
        ? []
        : [[_id, Math.max(...sided.map((asked) => agreement(_source.reports ?? [], asked))) as Agreement]],
    ),
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

const FIELDS = ['reports.status', 'reports.findings'] as const satisfies (
  | keyof CaseDocument
  | `reports.${keyof CaseDocumentReport}`
)[];

/** A finding that is asked for as present may be uncertain. */
export function agreement(
  reports: readonly Pick<CaseDocumentReport, 'status' | 'findings'>[],
  { concept, assertion, side }: Pick<AskedConcept, 'concept' | 'assertion' | 'side'>,
): Agreement {
  const sides = new Set<string>(
    reports
      .filter(({ status }) => status !== 'CANCELLED')
      .flatMap(({ findings }) => findings)
      .filter(
        (finding) =>
          finding.concept === concept &&
          isResult(finding) &&
          (finding.assertion === assertion || (assertion === 'PRESENT' && finding.assertion === 'UNCERTAIN')),
      )
      .map(({ laterality }) => laterality)
      .filter((laterality) => laterality !== ''),
  );
  if (sides.size === 0) return 1;
  const both = sides.has('BILATERAL') || (sides.has('RIGHT') && sides.has('LEFT'));
  return both || sides.has(side) ? 0 : 2;
}
