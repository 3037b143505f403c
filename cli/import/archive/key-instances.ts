/**
 * Which objects of an archive are its key images, by the rule of the gateway (`core/dicom/key-image.ts`) as far as an archive
 * says what it needs: a gateway sees each image as it comes, an import asks before.
 */
import type { KeyImageRule } from '../../../core/dicom/key-image.ts';
import { isPresentationState, isSecondaryCapture, KEY_OBJECT_SELECTION } from '../../../core/dicom/uids.ts';
import type { FoundInstance, ListedSeries } from './archive.ts';

type Series = Pick<ListedSeries, 'modality' | 'instances' | 'complete'>;

/** Does this object say which images are key images? Where the archive names no SOP class, its series says what it is. */
export function isMarker({ modality }: Pick<Series, 'modality'>, { sopClassUid }: FoundInstance): boolean {
  if (sopClassUid === '') return modality === 'KO' || modality === 'PR';
  return sopClassUid === KEY_OBJECT_SELECTION || isPresentationState(sopClassUid);
}

/** Is the whole series wanted: for its modality, or because it is small? */
export function isKeySeries({ modality, instances, complete }: Series, rule: KeyImageRule): boolean {
  return (
    rule.modalities.includes(modality) ||
    (complete && instances.length > 0 && instances.length <= rule.seriesMaximum)
  );
}

/** Of another series: what is named (by SOP Instance UID), and what somebody made on purpose. */
export function keyInstances(
  { modality, instances }: Pick<Series, 'modality' | 'instances'>,
  rule: KeyImageRule,
  named: ReadonlyMap<string, string>,
): FoundInstance[] {
  const captures = rule.marks.includes('SECONDARY_CAPTURE');
  return instances.filter(
    ({ uid, sopClassUid }) => named.has(uid) || (captures && isCapture(modality, sopClassUid)),
  );
}

function isCapture(modality: string, sopClassUid: string): boolean {
  return sopClassUid === '' ? modality === 'OT' || modality === 'SC' : isSecondaryCapture(sopClassUid);
}
