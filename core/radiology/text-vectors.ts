import type { Vector } from '../vector/vector.ts';
import type { ReportReading, ReportTopics, TextRange, TextVector } from './report-reading.ts';
import { compareText, greater } from './total-order.ts';

/** The vector of the whole report of one generation; null where it has none. */
export function reportVector(
  { textVectors }: Pick<ReportReading, 'textVectors'>,
  generation: number,
): Vector | null {
  return (
    textVectors.find(({ sentence, vector }) => sentence === null && vector.generation === generation)
      ?.vector ?? null
  );
}

/** What may stand in one reading: sentences with a vector, and generations of each vector and of topics. */
export interface TextVectorLimits {
  sentenceVectors: number;
  vectorGenerations: number;
}

/**
 * The union of the vectors of one reading: one for each place (the whole report, a sentence) and generation. Of each place
 * the newest generations stay, and of sentences the first ones. Sorted: the whole report first, the newest generation first.
 */
export function mergeTextVectors(
  a: readonly TextVector[],
  b: readonly TextVector[],
  limits: TextVectorLimits,
): TextVector[] {
  const kept: TextVector[] = [];
  let sentences = 0;
  let generations = 0;
  for (const one of joined([...a, ...b], compareTextVectors)) {
    const last = kept.at(-1);
    const isSamePlace = last !== undefined && comparePlaces(last.sentence, one.sentence) === 0;
    if (!isSamePlace) {
      if (one.sentence !== null && ++sentences > limits.sentenceVectors) break;
      generations = 0;
    }
    if (++generations <= limits.vectorGenerations) kept.push(one);
  }
  return kept;
}

/** The union of the topics of one reading: one list for each generation of topics, of which the newest stay, first. */
export function mergeTopics(
  a: readonly ReportTopics[],
  b: readonly ReportTopics[],
  limits: Pick<TextVectorLimits, 'vectorGenerations'>,
): ReportTopics[] {
  return joined([...a, ...b], (one, other) => other.generation - one.generation).slice(
    0,
    limits.vectorGenerations,
  );
}

/** Sorted; of two that are of one key the greater. */
function joined<T>(all: readonly T[], compare: (a: T, b: T) => number): T[] {
  const list: T[] = [];
  for (const one of [...all].sort(compare)) {
    const last = list.at(-1);
    if (last !== undefined && compare(last, one) === 0) list[list.length - 1] = greater(last, one);
    else list.push(one);
  }
  return list;
}

function compareTextVectors(a: TextVector, b: TextVector): number {
  return comparePlaces(a.sentence, b.sentence) || b.vector.generation - a.vector.generation;
}

function comparePlaces(a: TextRange | null, b: TextRange | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return a.start - b.start || a.end - b.end;
}

/** As many topics of one list as a case keeps: those with the greatest weights, in the order of their names. */
export function heaviestTopics(list: ReportTopics, topics: number): ReportTopics {
  if (list.topics.length <= topics) return list;
  const heaviest = [...list.topics]
    .sort((a, b) => b.weight - a.weight || compareText(a.topic, b.topic))
    .slice(0, topics);
  return { ...list, topics: heaviest.sort((a, b) => compareText(a.topic, b.topic)) };
}
