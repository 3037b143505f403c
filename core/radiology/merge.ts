import { canonicalCaseKey } from './case-key.ts';
import type { Case, ImageEmbedded, Removal, ReportLabeled } from './events.ts';
import { fitImage, isSelection } from './fit-image.ts';
import { fitRemoval } from './fit-removal.ts';
import { fitReport } from './fit-report.ts';
import { CASE_LIMITS, type CaseLimits } from './limits.ts';
import {
  compareListed,
  compareObjectIdentity,
  type EmbeddedObject,
  mergeObjects,
  objectOf,
} from './merge-image.ts';
import { compareReportIdentity, mergeReports, reportOf } from './merge-report.ts';
import { placesOf } from './places.ts';
import { compareRemovedThings, mergeRemoval } from './removals.ts';
import { compareText, compareValues } from './total-order.ts';

/**
 * The merge: a case is the join (least upper bound) of all events that belong to it. It is idempotent, commutative and
 * associative, so that repeats are harmless and every order of arrival gives the same bytes; Shapiro et al., "Conflict-
 * free Replicated Data Types" (2011), 2.3.1. The limits keep it so: see `limits.ts`. The law of each field:
 *
 * - `caseKey`: the least. `overflow`: once true, always. `firstReceivedAt`, `lastReceivedAt`: the least, the greatest.
 * - `reports`: a union by identity. Of one report the newest version counts (`report-order.ts`), of one version the newest
 *   reading; its text vectors and topics go with it, and of one and the same reading they are a union by sentence and
 *   generation (`merge-report.ts`, `text-vectors.ts`). `versions`: a union, the newest stay, each with the findings of the
 *   newest labeler.
 * - `images`: a union by SOP Instance UID. What was received last counts (`merge-image.ts`).
 * - `vectors`, `predictions`: those of what was received last, a union by frame and generation. The two greatest
 *   generations of each frame stay.
 * - `removals`: a union by what was removed, the strongest and then the first. They win over content (`removals.ts`).
 *
 * Links between sentences and images are no field: they follow from the others (`image-links.ts`).
 */

/** The case with a report merged in. Throws `CASE_TOO_LARGE` for a report that no case can hold. */
export function mergeReport(
  state: Case | null,
  event: ReportLabeled,
  limits: CaseLimits = CASE_LIMITS,
): Case {
  const { event: fitted, cut } = fitReport(event, limits);
  const { caseId, caseKey, receivedAt } = fitted.received;
  const single: Case = {
    caseId,
    caseKey,
    reports: [reportOf(fitted)],
    images: [],
    vectors: [],
    predictions: [],
    removals: [],
    overflow: cut,
    firstReceivedAt: receivedAt,
    lastReceivedAt: receivedAt,
  };
  return mergeInto(state, single, limits);
}

/** The case with a DICOM object merged in. Throws `CASE_TOO_LARGE` for an object that no case can hold. */
export function mergeImage(state: Case | null, event: ImageEmbedded, limits: CaseLimits = CASE_LIMITS): Case {
  const { event: fitted, cut } = fitImage(event, limits);
  const { caseId, caseKey, receivedAt } = fitted.received;
  const object = objectOf(fitted);
  const single: Case = {
    caseId,
    caseKey,
    reports: [],
    images: [object.image],
    vectors: object.vectors,
    predictions: object.predictions,
    removals: [],
    overflow: cut,
    firstReceivedAt: receivedAt,
    lastReceivedAt: receivedAt,
  };
  return mergeInto(state, single, limits);
}

/** What two states of one case know together. Throws a RangeError for states of different cases. */
export function mergeCases(a: Case, b: Case, limits: CaseLimits = CASE_LIMITS): Case {
  if (a.caseId !== b.caseId) throw new RangeError('These are states of different cases.');
  const reports = union(a.reports, b.reports, compareReportIdentity, (one, other) =>
    mergeReports(one, other, limits),
  );
  const objects = union(objectsOf(a), objectsOf(b), compareObjectIdentity, mergeObjects);
  const removals = union(a.removals, b.removals, compareRemovedThings, mergeRemoval);
  const kept = placesOf(reports, objects, removals, limits);
  const listed = [...kept.objects].sort((one, other) => compareListed(one.image, other.image));
  return {
    caseId: a.caseId,
    caseKey:
      compareText(canonicalCaseKey(a.caseKey), canonicalCaseKey(b.caseKey)) <= 0 ? a.caseKey : b.caseKey,
    reports: kept.reports,
    images: listed.map(({ image }) => image),
    vectors: listed.flatMap(({ vectors }) => vectors),
    predictions: listed.flatMap(({ predictions }) => predictions),
    removals: kept.removals,
    overflow: a.overflow || b.overflow || kept.leftOut,
    firstReceivedAt: Math.min(a.firstReceivedAt, b.firstReceivedAt),
    lastReceivedAt: Math.max(a.lastReceivedAt, b.lastReceivedAt),
  };
}

/** The case with removals merged in: the same state where they say nothing new of it. */
export function removeFrom(
  state: Case,
  removals: readonly Removal[],
  limits: CaseLimits = CASE_LIMITS,
): Case {
  if (removals.length === 0) return state;
  const fitted = removals.map(fitRemoval);
  const merged = mergeCases(
    state,
    {
      ...state,
      reports: [],
      images: [],
      vectors: [],
      predictions: [],
      removals: union(fitted, [], compareRemovedThings, mergeRemoval),
    },
    limits,
  );
  const isSame = merged.overflow === state.overflow && compareValues(merged.removals, state.removals) === 0;
  return isSame ? state : merged;
}

/** A single event is brought into the canonical form by merging it with itself. */
function mergeInto(state: Case | null, single: Case, limits: CaseLimits): Case {
  return mergeCases(state ?? single, single, limits);
}

function objectsOf(state: Case): EmbeddedObject[] {
  const vectors = byObject(state.vectors);
  const predictions = byObject(state.predictions);
  return state.images.map((image) => {
    const { kind, sopInstanceUid } = image.received;
    if (isSelection(kind)) return { image, vectors: [], predictions: [] };
    return {
      image,
      vectors: vectors.get(sopInstanceUid) ?? [],
      predictions: predictions.get(sopInstanceUid) ?? [],
    };
  });
}

function byObject<T extends { sopInstanceUid: string }>(list: readonly T[]): Map<string, T[]> {
  const byUid = new Map<string, T[]>();
  for (const one of list) {
    const known = byUid.get(one.sopInstanceUid);
    if (known === undefined) byUid.set(one.sopInstanceUid, [one]);
    else known.push(one);
  }
  return byUid;
}

/** The union of two lists in the order of their identities; what is in both is merged. */
function union<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (one: T, other: T) => number,
  merge: (one: T, other: T) => T,
): T[] {
  const sorted = [...a, ...b].sort(compare);
  const merged: T[] = [];
  for (const item of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && compare(last, item) === 0) merged[merged.length - 1] = merge(last, item);
    else merged.push(item);
  }
  return merged;
}
