import type { DimseAssociation } from '../../../clients/dimse-association.ts';
import type { PresentationContextProposal } from '../../../clients/dimse-proposals.ts';
import {
  GET_PROPOSAL,
  get,
  type IncomingObject,
  type ObjectReceiver,
} from '../../../clients/dimse-retrieve.ts';
import { MAX_PRESENTATION_CONTEXTS } from '../../../core/dicom/limits.ts';
import { STORED_TRANSFER_SYNTAXES, TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';
import { InterleaveError } from '../../../core/errors.ts';
import type { Piece } from '../archive/archive.ts';
import { COMMON_SOP_CLASSES } from './common-sop-classes.ts';

export interface GetOptions {
  signal: AbortSignal;
  associate(contexts: readonly PresentationContextProposal[]): Promise<DimseAssociation>;
  take(object: IncomingObject): ObjectReceiver;
}

/**
 * Has the objects of a piece sent to us on the same association. Rejects with DICOM_RETRIEVE_UNSUPPORTED where the PACS offers
 * no C-GET, and with DICOM_SOP_CLASS_UNSUPPORTED where it does not agree to send us objects of these classes.
 */
export async function getPiece(piece: Piece, { signal, associate, take }: GetOptions): Promise<void> {
  const { study, series, instances, whole } = piece;
  const classes = classesOf(piece);
  const association = await associate([GET_PROPOSAL, ...storageProposals(classes)]);
  try {
    if (association.contextFor(GET_PROPOSAL.abstractSyntax) === undefined)
      throw new InterleaveError('DICOM_RETRIEVE_UNSUPPORTED', 'It offers no C-GET.');
    if (!classes.some((sopClass) => association.maySendToUs(sopClass)))
      throw new InterleaveError(
        'DICOM_SOP_CLASS_UNSUPPORTED',
        'The PACS does not agree to send us such objects.',
      );
    const uids = whole ? null : instances.map(({ uid }) => uid);
    const { failed } = await get(association, { study, series, instances: uids }, take, { signal });
    await association.release();
    if (whole && (failed ?? 0) > 0) throw new InterleaveError('DICOM_RETRIEVE_FAILED');
  } finally {
    association.close();
  }
}

/** Of a series mostly one. Where the PACS does not say, those that are common. */
function classesOf({ instances }: Piece): string[] {
  const named = instances.map(({ sopClassUid }) => sopClassUid);
  const known = [...new Set(named)].filter((sopClass) => sopClass !== '');
  return known.length === 0 || named.includes('') ? [...new Set([...known, ...COMMON_SOP_CLASSES])] : known;
}

/**
 * A context for each pair of class and transfer syntax, so that the PACS can send each object as it is; with many classes, the
 * compressed syntaxes of a class share one, of which the PACS chooses. What it cannot send as it is it converts, or says
 * that it failed.
 */
export function storageProposals(classes: readonly string[]): PresentationContextProposal[] {
  const room = MAX_PRESENTATION_CONTEXTS - 1;
  const kept = classes.slice(0, Math.floor(room / LEAST));
  const each = Math.floor(room / Math.max(1, kept.length));
  return kept.flatMap((abstractSyntax) => {
    const alone = COMPRESSED.slice(0, Math.max(0, each - LEAST));
    const shared = COMPRESSED.slice(alone.length);
    const groups = [UNCOMPRESSED, ...alone.map((one) => [one]), ...(shared.length === 0 ? [] : [shared])];
    return groups.map((transferSyntaxes) => ({ abstractSyntax, transferSyntaxes, role: 'scp' as const }));
  });
}

/** Contexts that a class takes at least. */
const LEAST = 2;

const UNCOMPRESSED: string[] = [TRANSFER_SYNTAX.EXPLICIT_LITTLE, TRANSFER_SYNTAX.IMPLICIT_LITTLE];

/** The most common ones first: these have a context of their own also where many classes are proposed. */
const COMMON = ['4.70', '4.90', '4.50', '5', '4.80', '4.91', '4.51', '4.57', '4.81'].map(
  (end) => `1.2.840.10008.1.2.${end}`,
);
const COMPRESSED: string[] = [
  ...COMMON,
  ...[...STORED_TRANSFER_SYNTAXES].filter((one) => !UNCOMPRESSED.includes(one) && !COMMON.includes(one)),
];
