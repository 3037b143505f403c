import type { Hit, LegName, Why } from '../../../schemas/api/answers.ts';
import { HIGHLIGHT_END, HIGHLIGHT_START, highlightedSegments } from '../../../schemas/api/segments.ts';
import { FRAGMENT_LENGTH, MAX_FRAGMENTS } from '../limits.ts';
import type { QueryReading } from '../query/query-reading.ts';
import { conceptEvidence, hitView } from '../view/case-view.ts';
import { type CaseIndex, foundCase, WHOLE_CASES } from './case-index.ts';
import type { CaseQuery } from './case-query.ts';
import type { Fused } from './reciprocal-rank-fusion.ts';

/** The image of a case that the words are nearest to. */
export type Picture = NonNullable<Why['picture']>;

/** The cases of one page, with what in them matched. `pictures`: by case. */
export async function matchedCases(
  index: CaseIndex,
  page: readonly Fused<LegName>[],
  reading: QueryReading,
  query: CaseQuery,
  pictures: ReadonlyMap<string, Picture>,
): Promise<Hit[]> {
  if (page.length === 0) return [];
  const [result] = await index.searchAll([
    {
      query: { ids: { values: page.map(({ id }) => id) } },
      size: page.length,
      ...WHOLE_CASES,
      highlight: {
        ...(query.words === null ? {} : { highlight_query: query.words }),
        pre_tags: [HIGHLIGHT_START],
        post_tags: [HIGHLIGHT_END],
        number_of_fragments: MAX_FRAGMENTS,
        fragment_size: FRAGMENT_LENGTH,
        order: 'score',
        require_field_match: true,
        fields: { 'text.asserted': {}, 'text.indication': {}, 'text.report': {}, 'text.unread': {} },
      },
    },
  ]);
  const hits = new Map((result?.hits.hits ?? []).map((hit) => [hit._id, hit]));
  const asked = reading.concepts.map(({ concept }) => concept);
  return page.flatMap(({ id, legs: all, score }) => {
    const hit = hits.get(id);
    const found = hit === undefined ? null : foundCase(hit);
    // Written anew or gone between the two requests.
    if (hit === undefined || found === null) return [];
    // Of an image that was rejected meanwhile, or may not be shown yet, nothing is said: nor does it bring a case.
    const nearest = pictures.get(id);
    const picture = found.document.images.some((image) => image.id === nearest?.image) ? nearest : undefined;
    const legs = all.filter(({ leg }) => leg !== 'PICTURE' || picture !== undefined);
    if (legs.length === 0) return [];
    const why: Why = {
      legs,
      concepts: conceptEvidence(found.document, asked),
      ...fragments(hit.highlight),
      byMeaningOnly: query.wordsRequired && isByMeaningOnly(legs),
      image: null,
      picture: picture ?? null,
    };
    return [hitView(found, why, score)];
  });
}

/** Nothing that was typed is in it: its text is near, or a picture of it. */
export function isByMeaningOnly(legs: Fused<LegName>['legs']): boolean {
  return legs.every(({ leg }) => leg === 'MEANING' || leg === 'PICTURE');
}

/** From the first field that has any: an indication only asks ("exclude pneumothorax"). */
function fragments(highlight: Record<string, string[]> | undefined): Pick<Why, 'words' | 'wordsUnread'> {
  const field = ['text.report', 'text.asserted', 'text.unread', 'text.indication'].find(
    (name) => highlight?.[name]?.length,
  );
  const found = field === undefined ? [] : (highlight?.[field] ?? []);
  return {
    words: found.slice(0, MAX_FRAGMENTS).map(highlightedSegments),
    wordsUnread: field === 'text.unread',
  };
}
