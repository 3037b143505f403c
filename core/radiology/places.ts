import type { CaseReport, Removal } from './events.ts';
import { isSelection } from './fit-image.ts';
import type { CaseLimits } from './limits.ts';
import { type EmbeddedObject, limitFrames } from './merge-image.ts';
import { compareIdentities, isGone, mergeRemoval } from './removals.ts';
import { compareText } from './total-order.ts';

/** What a case keeps of what was merged: content in the order of its identities, removals in theirs. */
export interface Placed {
  reports: CaseReport[];
  objects: EmbeddedObject[];
  removals: Removal[];
  /** a limit left something out */
  leftOut: boolean;
}

/**
 * Gives each identity of a case its place, in the order of identities and up to the limits: what the case holds and what
 * was removed from it alike. Expects reports, objects and removals in the order of their identities.
 */
export function placesOf(
  reports: readonly CaseReport[],
  objects: readonly EmbeddedObject[],
  removals: readonly Removal[],
  limits: CaseLimits,
): Placed {
  const of = (what: Removal['what']) => removals.filter((removal) => removal.what === what);
  const ofReports = pair(reports, of('REPORT'), (report, removal) =>
    compareIdentities(report.latest.received.identity, removal.report ?? { facility: '', fillerNumber: '' }),
  );
  const byUid = ({ image }: EmbeddedObject, removal: Removal): number =>
    compareText(image.received.sopInstanceUid, removal.sopInstanceUid);
  const selections = objects.filter(({ image }) => isSelection(image.received.kind));
  const images = objects.filter(({ image }) => !isSelection(image.received.kind));
  const ofSelections = pair(selections, of('SELECTION'), byUid);
  const ofImages = pair(images, of('IMAGE'), byUid);
  const keptReports = ofReports.slice(0, limits.reports);
  const before = [...ofSelections.slice(0, limits.selections), ...ofImages.slice(0, limits.images)];
  const after = withFrames(before.map(removed), limits);
  return {
    reports: keptReports.flatMap(({ content, removal }) =>
      content === null || (removal !== null && isGone(removal)) ? [] : [content],
    ),
    objects: after.flatMap(({ content }) => content ?? []),
    removals: [...keptReports, ...after].flatMap(({ removal }) => removal ?? []),
    leftOut:
      ofReports.length > limits.reports ||
      ofSelections.length > limits.selections ||
      ofImages.length > limits.images ||
      before.some((place, i) => framesOf(removed(place)).length !== framesOf(after[i] ?? place).length),
  };
}

/** One identity: what the case holds of it, that it was removed, or both. */
interface Place<T> {
  content: T | null;
  removal: Removal | null;
}

/** Both lists as one, in the order of identities. */
function pair<T>(
  contents: readonly T[],
  removals: readonly Removal[],
  compare: (content: T, removal: Removal) => number,
): Place<T>[] {
  const places: Place<T>[] = [];
  let next = 0;
  for (const content of contents) {
    let removal = removals[next];
    for (; removal !== undefined && compare(content, removal) > 0; removal = removals[++next])
      places.push({ content: null, removal });
    const isSame = removal !== undefined && compare(content, removal) === 0;
    places.push({ content, removal: isSame ? (removal ?? null) : null });
    if (isSame) next++;
  }
  for (const removal of removals.slice(next)) places.push({ content: null, removal });
  return places;
}

/** An object that is gone leaves the numbers of its frames behind. */
function removed(place: Place<EmbeddedObject>): Place<EmbeddedObject> {
  const { content, removal } = place;
  if (content === null || removal === null || !isGone(removal)) return place;
  const frames = content.image.frames.map(({ frame }) => frame);
  return { content: null, removal: mergeRemoval(removal, { ...removal, frames }) };
}

function framesOf({ content, removal }: Place<EmbeddedObject>): readonly unknown[] {
  return content?.image.frames ?? removal?.frames ?? [];
}

function withFrames(places: readonly Place<EmbeddedObject>[], limits: CaseLimits): Place<EmbeddedObject>[] {
  let left = limits.embeddedFrames;
  return places.map(({ content, removal }) => {
    const limited: Place<EmbeddedObject> =
      content === null
        ? {
            content,
            removal: removal && {
              ...removal,
              frames: removal.frames.slice(0, Math.min(left, limits.imageFrames)),
            },
          }
        : { content: limitFrames(content, left, limits), removal };
    left -= framesOf(limited).length;
    return limited;
  });
}
