/** What a sender proposes for the objects that it has. */
import type { DicomObject } from '../core/dicom/dicom-object.ts';
import { MAX_PRESENTATION_CONTEXTS } from '../core/dicom/limits.ts';
import { TRANSFER_SYNTAX, VERIFICATION } from '../core/dicom/uids.ts';
import { InterleaveError } from '../core/errors.ts';

export interface PresentationContextProposal {
  abstractSyntax: string;
  transferSyntaxes: string[];
  /** `scp`: it is the peer that sends objects of this class, to us (PS3.7 D.3.3.4) */
  role?: 'scp';
}

export const VERIFICATION_PROPOSAL: PresentationContextProposal = {
  abstractSyntax: VERIFICATION,
  transferSyntaxes: [TRANSFER_SYNTAX.IMPLICIT_LITTLE],
};

/** Verification and one context for each pair of SOP class and transfer syntax. Throws USAGE when there are too many. */
export function proposalsFor(
  objects: readonly Pick<DicomObject, 'sopClassUid' | 'transferSyntaxUid'>[],
): PresentationContextProposal[] {
  const pairs = new Map<string, PresentationContextProposal>();
  for (const { sopClassUid, transferSyntaxUid } of objects) {
    pairs.set(`${sopClassUid} ${transferSyntaxUid}`, {
      abstractSyntax: sopClassUid,
      transferSyntaxes: [transferSyntaxUid],
    });
  }
  if (pairs.size >= MAX_PRESENTATION_CONTEXTS) {
    throw new InterleaveError(
      'USAGE',
      'These objects need more presentation contexts than one association has.',
    );
  }
  return [VERIFICATION_PROPOSAL, ...pairs.values()];
}
