/**
 * What kind of object this is, and whether its picture is worth embedding: the site rule of `docs/architecture.md`.
 *
 * - A secondary capture is a key image: someone made it on purpose.
 * - An object that a key object selection or a presentation state named is one, if the gateway knew when it came.
 * - So is an image of a modality whose series are small (CR, DX, MG, US by default), and of other modalities the first
 *   `seriesMaximum` images of a series (none by default): how large a series will become cannot be known while it streams.
 * - Everything else is stored and kept, and not embedded until a selection names it, or a report cites it (inference finds that).
 */
import type { KeyImageReason, ObjectKind } from '../radiology/events.ts';
import type { Header } from './header.ts';
import { isPresentationState, isSecondaryCapture, KEY_OBJECT_SELECTION } from './uids.ts';

export interface KeyImageRule {
  /** modalities whose series are small by nature */
  modalities: readonly string[];
  /** of other modalities: this many images of a series */
  seriesMaximum: number;
  /** which objects mark key images: what the first two name, and the third itself */
  marks: readonly KeyImageMark[];
}

export const KEY_IMAGE_MARKS = ['KEY_OBJECT_SELECTION', 'PRESENTATION_STATE', 'SECONDARY_CAPTURE'] as const;

export type KeyImageMark = (typeof KEY_IMAGE_MARKS)[number];

export const DEFAULT_KEY_IMAGE_RULE: KeyImageRule = {
  modalities: ['CR', 'DX', 'MG', 'US'],
  seriesMaximum: 0,
  marks: KEY_IMAGE_MARKS,
};

export function objectKind(header: Header): ObjectKind {
  if (header.sopClassUid === KEY_OBJECT_SELECTION) return 'KEY_OBJECT_SELECTION';
  if (isPresentationState(header.sopClassUid)) return 'PRESENTATION_STATE';
  return header.hasPixelData ? 'IMAGE' : 'OTHER';
}

/** Does this object make what it names key images? (A rejection note does not, whatever the rule.) */
export function marksKeyImages(header: Header, rule: KeyImageRule): boolean {
  const kind = objectKind(header);
  return (kind === 'KEY_OBJECT_SELECTION' || kind === 'PRESENTATION_STATE') && rule.marks.includes(kind);
}

/** `placeInSeries` counts the different images of the series that came so far, this one included. */
export function keyImageReason(
  header: Header,
  rule: KeyImageRule,
  known: { named: boolean; placeInSeries: number },
): KeyImageReason {
  if (objectKind(header) !== 'IMAGE') return 'NONE';
  if (known.named) return 'NAMED';
  if (isSecondaryCapture(header.sopClassUid) && rule.marks.includes('SECONDARY_CAPTURE'))
    return 'SECONDARY_CAPTURE';
  if (rule.modalities.includes(header.modality)) return 'SMALL_SERIES';
  return known.placeInSeries <= rule.seriesMaximum ? 'SMALL_SERIES' : 'NONE';
}
