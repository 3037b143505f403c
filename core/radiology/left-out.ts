import type {
  Case,
  CaseImage,
  CaseReport,
  ImageEmbedded,
  Removal,
  ReportIdentity,
  ReportLabeled,
} from './events.ts';
import { isSelection } from './fit-image.ts';
import { heldVersions } from './merge-report.ts';
import { compareIdentities } from './removals.ts';

/**
 * What the limits of a case leave out when an event is merged into it. The merge itself only says that it was so
 * (`overflow`): this finds which reports and objects, so that whoever merges can keep them elsewhere. Frames beyond
 * their limit are none of these: their object stays in the case. Neither is what was removed: the case knows of it.
 */
export interface LeftOut {
  /** the event that was merged is not in the case */
  arrived: boolean;
  /** what was in the case and had to make room for it, as the events that would bring it in again */
  reports: ReportLabeled[];
  images: ImageEmbedded[];
}

/** `before` and `after` are the states around `mergeReport(before, event)`. */
export function leftOutByReport(before: Case | null, event: ReportLabeled, after: Case): LeftOut {
  return leftOut(
    before,
    after,
    !after.overflow ||
      after.reports.some(({ latest }) => isSameReport(latest, event)) ||
      after.removals.some(
        ({ report }) => report !== null && compareIdentities(report, event.received.identity) === 0,
      ),
  );
}

/** `before` and `after` are the states around `mergeImage(before, event)`. */
export function leftOutByImage(before: Case | null, event: ImageEmbedded, after: Case): LeftOut {
  return leftOut(
    before,
    after,
    !after.overflow ||
      after.images.some((image) => objectKey(image) === objectKey(event)) ||
      after.removals.some((removal) => removedKey(removal) === objectKey(event)),
  );
}

function leftOut(before: Case | null, after: Case, isIn: boolean): LeftOut {
  // Without a limit in play nothing can have gone.
  if (before === null || !after.overflow) return { arrived: !isIn, reports: [], images: [] };
  const reports = new Set([
    ...after.reports.map(reportKey),
    ...after.removals.flatMap(({ report }) => (report === null ? [] : keyOf(report))),
  ]);
  const objects = new Set([...after.images.map(objectKey), ...after.removals.map(removedKey)]);
  return {
    arrived: !isIn,
    reports: before.reports.filter((report) => !reports.has(reportKey(report))).flatMap(heldVersions),
    images: before.images
      .filter((image) => !objects.has(objectKey(image)))
      .map((image) => embeddedOf(before, image)),
  };
}

/** The event that an object of a case was, with the vectors that the case has of each frame. */
function embeddedOf(
  state: Case,
  { received, receivedOffset, frames, backend, problem }: CaseImage,
): ImageEmbedded {
  const isOfImage = ({ sopInstanceUid }: { sopInstanceUid: string }): boolean =>
    sopInstanceUid === received.sopInstanceUid;
  const made = state.vectors.filter(isOfImage);
  const predicted = state.predictions.filter(isOfImage);
  return {
    received,
    receivedOffset,
    frames: frames.map(({ frame, thumbnail }) => {
      // The case has the newest generation first, an event the oldest.
      const [vector = null, ...vectors] = made
        .filter((one) => one.frame === frame)
        .map((one) => one.vector)
        .reverse();
      const predictions = predicted.filter((one) => one.frame === frame).map((one) => one.prediction);
      return { frame, thumbnail, vector, vectors, predictions };
    }),
    backend,
    problem,
    again: false,
  };
}

function isSameReport(a: ReportLabeled, b: ReportLabeled): boolean {
  return compareIdentities(a.received.identity, b.received.identity) === 0;
}

function reportKey({ latest }: CaseReport): string {
  return keyOf(latest.received.identity);
}

function keyOf({ facility, fillerNumber }: ReportIdentity): string {
  return JSON.stringify([facility, fillerNumber]);
}

/** A UID that comes as image and as selection stands twice, see `compareObjectIdentity`. */
function objectKey({ received }: { received: ImageEmbedded['received'] }): string {
  return `${isSelection(received.kind)} ${received.sopInstanceUid}`;
}

function removedKey({ what, sopInstanceUid }: Removal): string {
  return `${what === 'SELECTION'} ${sopInstanceUid}`;
}
