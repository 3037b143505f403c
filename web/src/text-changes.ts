import type { Stretch } from './report-layout.ts';

/**
 * The stretches of a report's text that its earlier text does not say: sentence by sentence, whatever the line breaks
 * and blanks. A sentence that only moved is not new.
 */
export function newStretches(before: string, after: string): Stretch[] {
  const known = new Map<string, number>();
  for (const { said } of sentences(before)) known.set(said, (known.get(said) ?? 0) + 1);
  return sentences(after).flatMap(({ start, end, said }) => {
    const left = known.get(said) ?? 0;
    known.set(said, left - 1);
    return left > 0 ? [] : [{ start, end }];
  });
}

function sentences(text: string): (Stretch & { said: string })[] {
  // A sentence may go on over the end of a line; a blank line or the end of a heading ends it.
  return [...text.matchAll(/(?:[^.!?:\n]|\n(?!\s*\n)|[.:](?=\S))+[.!?:]*/gu)].flatMap((match) => {
    const said = match[0].replace(/\s+/gu, ' ').trim();
    if (said === '') return [];
    const start = match.index + match[0].search(/\S/u);
    return [{ start, end: match.index + match[0].trimEnd().length, said }];
  });
}

/** A stretch cut where the new ones begin and end. */
export function cutAtNew(
  { start, end }: Stretch,
  fresh: readonly Stretch[],
): (Stretch & { fresh: boolean })[] {
  const edges = fresh.flatMap((one) => [one.start, one.end]).filter((edge) => edge > start && edge < end);
  const stops = [...new Set([start, ...edges, end])].sort((a, b) => a - b);
  return stops.slice(0, -1).flatMap((from, position) => {
    const to = stops[position + 1] ?? end;
    const isFresh = fresh.some((one) => one.start <= from && to <= one.end);
    return [{ start: from, end: to, fresh: isFresh }];
  });
}
