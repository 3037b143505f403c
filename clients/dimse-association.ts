/**
 * An association with a DICOM peer as requestor (PS3.8 7): negotiation, and DIMSE messages as they go out and come in. What
 * they mean is the matter of `dimse-sender.ts`, `dimse-find.ts` and `dimse-retrieve.ts`.
 */
import { type AssociateAccept, encodeAssociateRequest } from '../core/dicom/associate-pdu.ts';
import { COMMAND, type DimseCommand, decodeCommand, encodeCommand } from '../core/dicom/dimse-command.ts';
import { MAX_COMMAND_LENGTH, MAX_PDU_LENGTH } from '../core/dicom/limits.ts';
import {
  type AssociateReject,
  encodeMessage,
  encodeReleaseRequest,
  encodeReleaseResponse,
  type Fragment,
} from '../core/dicom/pdu.ts';
import type { ProposedContext } from '../core/dicom/presentation-context.ts';
import {
  DICOM_APPLICATION_CONTEXT,
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
} from '../core/dicom/uids.ts';
import type { RoleSelection } from '../core/dicom/user-information.ts';
import { InterleaveError } from '../core/errors.ts';
import { DimseConnection, type DimsePeer } from './dimse-connection.ts';
import type { PresentationContextProposal } from './dimse-proposals.ts';

export interface DimseAssociationOptions extends DimsePeer {
  /** at most 16 characters, like the called one */
  callingAeTitle: string;
  calledAeTitle: string;
  presentationContexts: readonly PresentationContextProposal[];
  /** for the connection and for each answer */
  timeoutMs?: number;
}

/** A context that the peer accepted. */
export interface AcceptedContext {
  id: number;
  abstractSyntax: string;
  transferSyntax: string;
}

export type Received = { contextId: number; command: DimseCommand };

const DEFAULT_TIMEOUT_MS = 30_000;

export class DimseAssociation {
  readonly #connection: DimseConnection;
  readonly #contexts: AcceptedContext[] = [];
  /** what the peer answered to the roles that were proposed */
  #roles: readonly RoleSelection[] = [];
  #peerMaxLength = 0;
  #messageId = 0;

  private constructor(connection: DimseConnection) {
    this.#connection = connection;
  }

  /**
   * Rejects with DICOM_PEER_UNREACHABLE, TLS_REFUSED, DICOM_TIMEOUT, DICOM_ASSOCIATION_LIMIT (rejected for the moment),
   * DICOM_AE_TITLE_REFUSED or DICOM_SEND_REFUSED.
   */
  static async open(options: DimseAssociationOptions): Promise<DimseAssociation> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const association = new DimseAssociation(await DimseConnection.open(options, timeoutMs));
    try {
      await association.#associate(options);
    } catch (error) {
      association.close();
      throw error;
    }
    return association;
  }

  /** The accepted context for a SOP class, of this transfer syntax where one is given. */
  contextFor(abstractSyntax: string, transferSyntax?: string): AcceptedContext | undefined {
    return this.#contexts.find(
      (context) =>
        context.abstractSyntax === abstractSyntax &&
        (transferSyntax === undefined || context.transferSyntax === transferSyntax),
    );
  }

  contextOf(id: number): AcceptedContext | undefined {
    return this.#contexts.find((context) => context.id === id);
  }

  /** Whether the peer agreed that we take objects of this class on this association (PS3.7 D.3.3.4). */
  maySendToUs(sopClassUid: string): boolean {
    return this.#roles.some((role) => role.sopClassUid === sopClassUid && role.scp);
  }

  /** Sends a request and resolves to its message id. */
  async request(
    contextId: number,
    request: Omit<DimseCommand, 'messageId' | 'hasDataSet' | 'status' | 'comment'>,
    dataSet: Buffer | null,
  ): Promise<number> {
    this.#messageId = (this.#messageId % 0xffff) + 1;
    const messageId = this.#messageId;
    const hasDataSet = dataSet !== null;
    await this.send(contextId, { ...request, messageId, hasDataSet, status: 0, comment: '' }, dataSet);
    return messageId;
  }

  /** Asks the peer to end the request with this message id (PS3.7 9.3.2.3). It still answers it. */
  async cancel(contextId: number, messageId: number): Promise<void> {
    await this.send(contextId, {
      field: COMMAND.C_CANCEL_RQ,
      messageId,
      sopClassUid: '',
      sopInstanceUid: '',
      hasDataSet: false,
      status: 0,
      comment: '',
    });
  }

  async send(contextId: number, command: DimseCommand, dataSet: Buffer | null = null): Promise<void> {
    await this.#write(contextId, 'command', encodeCommand(command));
    if (dataSet !== null) await this.#write(contextId, 'data-set', dataSet);
  }

  /** The next command; a data set that it announces is to be read before the next one. */
  async readCommand(timeoutMs?: number): Promise<Received> {
    const parts: Buffer[] = [];
    for (let length = 0; length <= MAX_COMMAND_LENGTH; ) {
      const { contextId, kind, bytes, last } = await this.#fragment(timeoutMs);
      if (kind !== 'command') throw unexpected();
      parts.push(bytes);
      length += bytes.length;
      if (last) return { contextId, command: decodeCommand(Buffer.concat(parts)) };
    }
    throw unexpected();
  }

  /** Hands on the data set that follows a command, piece by piece, no faster than it is taken. */
  async readDataSet(contextId: number, take: (bytes: Buffer) => Promise<void> | void): Promise<void> {
    for (;;) {
      const fragment = await this.#fragment();
      if (fragment.kind !== 'data-set' || fragment.contextId !== contextId) throw unexpected();
      await take(fragment.bytes);
      if (fragment.last) return;
    }
  }

  /** Ends the association in good order (PS3.8 7.2) and closes the socket. */
  async release(): Promise<void> {
    try {
      await this.#connection.write(encodeReleaseRequest());
      const answer = await this.#connection.read();
      // Both sides may ask at the same time: the requestor answers first (PS3.8 7.2.2).
      if (answer.type === 'release-request') await this.#connection.write(encodeReleaseResponse());
    } finally {
      this.close();
    }
  }

  /** Says A-ABORT and closes. */
  abort(): void {
    this.#connection.abort();
  }

  close(): void {
    this.#connection.close();
  }

  async #associate(options: DimseAssociationOptions): Promise<void> {
    const contexts = options.presentationContexts.map((proposal, index) => ({
      abstractSyntax: proposal.abstractSyntax,
      transferSyntaxes: proposal.transferSyntaxes,
      id: 2 * index + 1,
    }));
    await this.#connection.write(
      encodeAssociateRequest({
        protocolVersion: 1,
        calledAeTitle: options.calledAeTitle,
        callingAeTitle: options.callingAeTitle,
        applicationContext: DICOM_APPLICATION_CONTEXT,
        contexts,
        user: {
          maxLength: MAX_PDU_LENGTH,
          implementationClassUid: IMPLEMENTATION_CLASS_UID,
          implementationVersionName: IMPLEMENTATION_VERSION_NAME,
          asyncOperations: null,
          roles: rolesOf(options.presentationContexts),
        },
      }),
    );
    const answer = await this.#connection.read();
    if (answer.type === 'associate-reject') throw rejection(answer.reject);
    if (answer.type !== 'associate-accept') throw unexpected();
    this.#accepted(answer.accept, contexts);
  }

  #accepted(accept: AssociateAccept, proposals: readonly ProposedContext[]): void {
    this.#peerMaxLength = accept.user.maxLength;
    this.#roles = accept.user.roles;
    for (const { id, result, transferSyntax } of accept.contexts) {
      const proposal = proposals.find((candidate) => candidate.id === id);
      if (result === 0 && proposal !== undefined)
        this.#contexts.push({ id, abstractSyntax: proposal.abstractSyntax, transferSyntax });
    }
  }

  async #write(contextId: number, kind: Fragment['kind'], message: Buffer): Promise<void> {
    for (const pdu of encodeMessage(contextId, kind, message, this.#peerMaxLength, MAX_PDU_LENGTH))
      await this.#connection.write(...pdu);
  }

  async #fragment(timeoutMs?: number): Promise<Fragment> {
    const pdu = await this.#connection.read(timeoutMs);
    if (pdu.type === 'abort') throw new InterleaveError('DICOM_PEER_UNREACHABLE', 'It sent A-ABORT.');
    if (pdu.type !== 'fragment') throw unexpected();
    return pdu.fragment;
  }
}

/** The classes whose objects we take: requestors are their SCUs unless they say otherwise. */
function rolesOf(proposals: readonly PresentationContextProposal[]): RoleSelection[] {
  const taken = proposals.filter(({ role }) => role === 'scp').map(({ abstractSyntax }) => abstractSyntax);
  return [...new Set(taken)].map((sopClassUid) => ({ sopClassUid, scu: false, scp: true }));
}

/** PS3.8 Table 9-21. */
function rejection({ result, source, reason }: AssociateReject): InterleaveError {
  const detail = `Rejected with result ${result}, source ${source}, reason ${reason}.`;
  if (result === 2) return new InterleaveError('DICOM_ASSOCIATION_LIMIT', detail);
  const isTitle = source === 1 && (reason === 3 || reason === 7);
  return new InterleaveError(isTitle ? 'DICOM_AE_TITLE_REFUSED' : 'DICOM_SEND_REFUSED', detail);
}

export function unexpected(): InterleaveError {
  return new InterleaveError('DICOM_PDU_INVALID', 'The peer sent something else than was due.');
}
