/**
 * A DIMSE client (SCU) for C-ECHO and C-STORE, for the simulator, the command line, the benches and the tests. It sends
 * data sets in the transfer syntax that they are in, and never converts one.
 */
import { type AssociateAccept, encodeAssociateRequest } from '../core/dicom/associate-pdu.ts';
import { type DicomObject, dicomObjectOf } from '../core/dicom/dicom-object.ts';
import { COMMAND, type DimseCommand, decodeCommand, encodeCommand } from '../core/dicom/dimse-command.ts';
import { MAX_COMMAND_LENGTH, MAX_PDU_LENGTH } from '../core/dicom/limits.ts';
import {
  type AssociateReject,
  encodeMessage,
  encodeReleaseRequest,
  encodeReleaseResponse,
} from '../core/dicom/pdu.ts';
import type { ProposedContext } from '../core/dicom/presentation-context.ts';
import {
  DICOM_APPLICATION_CONTEXT,
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
  TRANSFER_SYNTAX,
  VERIFICATION,
} from '../core/dicom/uids.ts';
import { InterleaveError } from '../core/errors.ts';
import { DimseConnection, type DimsePeer } from './dimse-connection.ts';
import { type PresentationContextProposal, VERIFICATION_PROPOSAL } from './dimse-proposals.ts';

export { type DicomObject, dicomObjectOf } from '../core/dicom/dicom-object.ts';
export { proposalsFor } from './dimse-proposals.ts';

export interface DimseSenderOptions extends DimsePeer {
  /** at most 16 characters, like the called one */
  callingAeTitle: string;
  calledAeTitle: string;
  /** verification only by default; see `proposalsFor` */
  presentationContexts?: readonly PresentationContextProposal[];
  /** for the connection and for each answer */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** One association. Messages go out one at a time; calls made meanwhile wait for their turn. */
export class DimseSender {
  readonly #connection: DimseConnection;
  /** accepted contexts by abstract and transfer syntax */
  readonly #contexts = new Map<string, number>();
  #peerMaxLength = 0;
  #messageId = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(connection: DimseConnection) {
    this.#connection = connection;
  }

  /**
   * Rejects with DICOM_PEER_UNREACHABLE, TLS_REFUSED, DICOM_TIMEOUT, DICOM_ASSOCIATION_LIMIT (rejected for the moment),
   * DICOM_AE_TITLE_REFUSED or DICOM_SEND_REFUSED.
   */
  static async connect(options: DimseSenderOptions): Promise<DimseSender> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const sender = new DimseSender(await DimseConnection.open(options, timeoutMs));
    try {
      await sender.#associate(options);
    } catch (error) {
      sender.#connection.close();
      throw error;
    }
    return sender;
  }

  /** Did the peer accept a context for this object? */
  accepts(object: DicomObject): boolean {
    return this.#contexts.has(`${object.sopClassUid} ${object.transferSyntaxUid}`);
  }

  async echo(): Promise<{ status: number }> {
    const contextId = this.#contexts.get(`${VERIFICATION} ${TRANSFER_SYNTAX.IMPLICIT_LITTLE}`);
    if (contextId === undefined)
      throw new InterleaveError('DICOM_SEND_REFUSED', 'C-ECHO was not negotiated.');
    const { status } = await this.#inTurn(() =>
      this.#request(
        contextId,
        { field: COMMAND.C_ECHO_RQ, sopClassUid: VERIFICATION, sopInstanceUid: '' },
        null,
      ),
    );
    return { status };
  }

  /** The peer's answer, whatever it is: 0 is an acknowledgement. Rejects when there is no answer or no context. */
  async store(object: DicomObject | Buffer): Promise<{ status: number; comment: string }> {
    const { sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet } = Buffer.isBuffer(object)
      ? dicomObjectOf(object)
      : object;
    const contextId = this.#contexts.get(`${sopClassUid} ${transferSyntaxUid}`);
    if (contextId === undefined) {
      throw new InterleaveError('DICOM_SEND_REFUSED', 'The peer accepted no context for this object.');
    }
    const { status, comment } = await this.#inTurn(() =>
      this.#request(contextId, { field: COMMAND.C_STORE_RQ, sopClassUid, sopInstanceUid }, dataSet),
    );
    return { status, comment };
  }

  /** Ends the association in good order (PS3.8 7.2) and closes the socket. */
  async release(): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await this.#connection.write(encodeReleaseRequest());
        const answer = await this.#connection.read();
        // Both sides may ask at the same time: the requestor answers first (PS3.8 7.2.2).
        if (answer.type === 'release-request') await this.#connection.write(encodeReleaseResponse());
      } finally {
        this.#connection.close();
      }
    });
  }

  abort(): void {
    this.#connection.abort();
  }

  async #associate(options: DimseSenderOptions): Promise<void> {
    const proposals = options.presentationContexts ?? [VERIFICATION_PROPOSAL];
    const contexts = proposals.map((proposal, index) => ({ ...proposal, id: 2 * index + 1 }));
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
          roles: [],
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
    for (const { id, result, transferSyntax } of accept.contexts) {
      const proposal = proposals.find((candidate) => candidate.id === id);
      if (result === 0 && proposal !== undefined) {
        this.#contexts.set(`${proposal.abstractSyntax} ${transferSyntax}`, id);
      }
    }
  }

  async #request(
    contextId: number,
    request: Pick<DimseCommand, 'field' | 'sopClassUid' | 'sopInstanceUid'>,
    dataSet: Buffer | null,
  ): Promise<DimseCommand> {
    this.#messageId = (this.#messageId % 0xffff) + 1;
    const messageId = this.#messageId;
    const command = encodeCommand({
      ...request,
      messageId,
      hasDataSet: dataSet !== null,
      status: 0,
      comment: '',
    });
    await this.#send(contextId, 'command', command);
    if (dataSet !== null) await this.#send(contextId, 'data-set', dataSet);
    const response = await this.#readCommand();
    if (response.messageId !== messageId) throw unexpected();
    return response;
  }

  async #send(contextId: number, kind: 'command' | 'data-set', message: Buffer): Promise<void> {
    const maxLength = this.#peerMaxLength;
    for (const pdu of encodeMessage(contextId, kind, message, maxLength, MAX_PDU_LENGTH))
      await this.#connection.write(...pdu);
  }

  async #readCommand(): Promise<DimseCommand> {
    const parts: Buffer[] = [];
    for (let length = 0; length <= MAX_COMMAND_LENGTH; ) {
      const pdu = await this.#connection.read();
      if (pdu.type === 'abort') throw new InterleaveError('DICOM_PEER_UNREACHABLE', 'It sent A-ABORT.');
      if (pdu.type !== 'fragment' || pdu.fragment.kind !== 'command') throw unexpected();
      parts.push(pdu.fragment.bytes);
      length += pdu.fragment.bytes.length;
      if (pdu.fragment.last) return decodeCommand(Buffer.concat(parts));
    }
    throw unexpected();
  }

  /** One message at a time. An error leaves the association in an unknown state, so it ends it. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(action).catch((error: unknown) => {
      this.#connection.close();
      throw error;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

/** PS3.8 Table 9-21. */
function rejection({ result, source, reason }: AssociateReject): InterleaveError {
  const detail = `Rejected with result ${result}, source ${source}, reason ${reason}.`;
  if (result === 2) return new InterleaveError('DICOM_ASSOCIATION_LIMIT', detail);
  const isTitle = source === 1 && (reason === 3 || reason === 7);
  return new InterleaveError(isTitle ? 'DICOM_AE_TITLE_REFUSED' : 'DICOM_SEND_REFUSED', detail);
}

function unexpected(): InterleaveError {
  return new InterleaveError('DICOM_PDU_INVALID', 'The peer sent something else than was due.');
}
