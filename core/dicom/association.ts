/**
 * What an acceptor answers to an A-ASSOCIATE-RQ (PS3.8 7.1.1, 9.3.3, 9.3.4): a pure decision over the request and the
 * site's policy. The sockets and timers are the gateway's.
 */
import type { AssociateAccept, AssociateRequest } from './associate-pdu.ts';
import { MAX_PDU_LENGTH } from './limits.ts';
import { type ObjectClass, objectClass } from './object-class.ts';
import type { AssociateReject } from './pdu.ts';
import type { AnsweredContext, ProposedContext } from './presentation-context.ts';
import {
  DICOM_APPLICATION_CONTEXT,
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
  isStorageSopClass,
  STORED_TRANSFER_SYNTAXES,
  TRANSFER_SYNTAX,
  VERIFICATION,
} from './uids.ts';

/** Who may speak to us, and about what. An empty list of titles means anyone. */
export interface AssociationPolicy {
  callingAeTitles: readonly string[];
  calledAeTitles: readonly string[];
  /** Storage SOP Classes beyond the standard's, e.g. private ones */
  extraSopClasses: readonly string[];
  /** classes of objects that the site does not take */
  refused?: readonly ObjectClass[];
}

/** An association that has been accepted: what later messages are checked against. */
export interface Association {
  callingAeTitle: string;
  calledAeTitle: string;
  /** accepted contexts by id */
  contexts: ReadonlyMap<number, { abstractSyntax: string; transferSyntax: string }>;
  /** what the peer receives at most in one P-DATA-TF PDU; 0: no limit */
  peerMaxLength: number;
}

/** PS3.8 Table 9-21. */
export const REJECT = {
  APPLICATION_CONTEXT: { result: 1, source: 1, reason: 2 },
  CALLING_AE_TITLE: { result: 1, source: 1, reason: 3 },
  CALLED_AE_TITLE: { result: 1, source: 1, reason: 7 },
  PROTOCOL_VERSION: { result: 1, source: 2, reason: 2 },
  LOCAL_LIMIT: { result: 2, source: 3, reason: 2 },
} as const satisfies Record<string, AssociateReject>;

export type Negotiation =
  | { accepted: true; accept: AssociateAccept; association: Association }
  | { accepted: false; reject: AssociateReject };

export function negotiate(request: AssociateRequest, policy: AssociationPolicy): Negotiation {
  const reject = refusal(request, policy);
  if (reject !== null) return { accepted: false, reject };
  const answers = request.contexts.map((context) => answer(context, policy));
  const proposals = new Map(request.contexts.map((context) => [context.id, context]));
  const contexts = new Map<number, { abstractSyntax: string; transferSyntax: string }>();
  for (const { id, result, transferSyntax } of answers) {
    const abstractSyntax = proposals.get(id)?.abstractSyntax;
    if (result === 0 && abstractSyntax !== undefined) contexts.set(id, { abstractSyntax, transferSyntax });
  }
  const { callingAeTitle, calledAeTitle, user } = request;
  return {
    accepted: true,
    accept: {
      calledAeTitle,
      callingAeTitle,
      contexts: answers,
      user: {
        maxLength: MAX_PDU_LENGTH,
        implementationClassUid: IMPLEMENTATION_CLASS_UID,
        implementationVersionName: IMPLEMENTATION_VERSION_NAME,
        // One operation at a time, whatever was proposed (PS3.7 D.3.3.3): answers come in the order of the requests.
        asyncOperations: user.asyncOperations === null ? null : { invoked: 1, performed: 1 },
        // We are the SCP of all that we accept; the requestor stays the SCU (PS3.7 D.3.3.4).
        roles: user.roles.map(({ sopClassUid, scu }) => ({ sopClassUid, scu, scp: false })),
      },
    },
    association: { callingAeTitle, calledAeTitle, contexts, peerMaxLength: user.maxLength },
  };
}

function refusal(request: AssociateRequest, policy: AssociationPolicy): AssociateReject | null {
  if ((request.protocolVersion & 1) === 0) return REJECT.PROTOCOL_VERSION;
  if (request.applicationContext !== DICOM_APPLICATION_CONTEXT) return REJECT.APPLICATION_CONTEXT;
  if (!allows(policy.calledAeTitles, request.calledAeTitle)) return REJECT.CALLED_AE_TITLE;
  if (!allows(policy.callingAeTitles, request.callingAeTitle)) return REJECT.CALLING_AE_TITLE;
  return null;
}

function allows(list: readonly string[], title: string): boolean {
  return list.length === 0 || list.includes(title);
}

/**
 * The first transfer syntax that we know, in the order of the requestor; but Implicit VR, which every proposal has to
 * name (PS3.5 10.1) and some name first, only where there is no other.
 */
function answer(
  { id, abstractSyntax, transferSyntaxes }: ProposedContext,
  policy: AssociationPolicy,
): AnsweredContext {
  const isVerification = abstractSyntax === VERIFICATION;
  const isWanted = isVerification || isTaken(abstractSyntax, policy);
  const syntaxes = isVerification ? UNCOMPRESSED : STORED_TRANSFER_SYNTAXES;
  const known = transferSyntaxes.filter((syntax) => syntaxes.has(syntax));
  const chosen = known.find((syntax) => syntax !== TRANSFER_SYNTAX.IMPLICIT_LITTLE) ?? known[0];
  const transferSyntax = chosen ?? transferSyntaxes[0] ?? TRANSFER_SYNTAX.IMPLICIT_LITTLE;
  if (!isWanted) return { id, result: 3, transferSyntax };
  return { id, result: chosen === undefined ? 4 : 0, transferSyntax };
}

/** Are objects of this class taken: those of the standard and those that the site lists, but for what it refuses? */
export function isTaken(
  sopClassUid: string,
  { extraSopClasses, refused = [] }: Pick<AssociationPolicy, 'extraSopClasses' | 'refused'>,
): boolean {
  const isStored = isStorageSopClass(sopClassUid) || extraSopClasses.includes(sopClassUid);
  return isStored && !refused.includes(objectClass(sopClassUid));
}

const UNCOMPRESSED: ReadonlySet<string> = new Set(Object.values(TRANSFER_SYNTAX));
