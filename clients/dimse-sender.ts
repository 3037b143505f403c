/**
 * A DIMSE client (SCU) for C-ECHO and C-STORE, for the simulator, the command line, the benches and the tests. It sends
 * data sets in the transfer syntax that they are in, and never converts one.
 */
import { type DicomObject, dicomObjectOf } from '../core/dicom/dicom-object.ts';
import { COMMAND, type DimseCommand } from '../core/dicom/dimse-command.ts';
import { TRANSFER_SYNTAX, VERIFICATION } from '../core/dicom/uids.ts';
import { InterleaveError } from '../core/errors.ts';
import { DimseAssociation, type DimseAssociationOptions, unexpected } from './dimse-association.ts';
import { type PresentationContextProposal, VERIFICATION_PROPOSAL } from './dimse-proposals.ts';

export { type DicomObject, dicomObjectOf } from '../core/dicom/dicom-object.ts';
export { proposalsFor } from './dimse-proposals.ts';

export interface DimseSenderOptions extends Omit<DimseAssociationOptions, 'presentationContexts'> {
  /** verification only by default; see `proposalsFor` */
  presentationContexts?: readonly PresentationContextProposal[];
}

/** One association. Messages go out one at a time; calls made meanwhile wait for their turn. */
export class DimseSender {
  readonly #association: DimseAssociation;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(association: DimseAssociation) {
    this.#association = association;
  }

  /** Rejects as `DimseAssociation.open` does. */
  static async connect(options: DimseSenderOptions): Promise<DimseSender> {
    const presentationContexts = options.presentationContexts ?? [VERIFICATION_PROPOSAL];
    return new DimseSender(await DimseAssociation.open({ ...options, presentationContexts }));
  }

  /** Did the peer accept a context for this object? */
  accepts(object: DicomObject): boolean {
    return this.#association.contextFor(object.sopClassUid, object.transferSyntaxUid) !== undefined;
  }

  async echo(): Promise<{ status: number }> {
    const context = this.#association.contextFor(VERIFICATION, TRANSFER_SYNTAX.IMPLICIT_LITTLE);
    if (context === undefined) throw new InterleaveError('DICOM_SEND_REFUSED', 'C-ECHO was not negotiated.');
    const { status } = await this.#inTurn(() =>
      this.#request(
        context.id,
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
    const context = this.#association.contextFor(sopClassUid, transferSyntaxUid);
    if (context === undefined) {
      throw new InterleaveError('DICOM_SEND_REFUSED', 'The peer accepted no context for this object.');
    }
    const { status, comment } = await this.#inTurn(() =>
      this.#request(context.id, { field: COMMAND.C_STORE_RQ, sopClassUid, sopInstanceUid }, dataSet),
    );
    return { status, comment };
  }

  /** Ends the association in good order (PS3.8 7.2) and closes the socket. */
  async release(): Promise<void> {
    await this.#inTurn(() => this.#association.release());
  }

  abort(): void {
    this.#association.abort();
  }

  async #request(
    contextId: number,
    request: Pick<DimseCommand, 'field' | 'sopClassUid' | 'sopInstanceUid'>,
    dataSet: Buffer | null,
  ): Promise<DimseCommand> {
    const messageId = await this.#association.request(contextId, request, dataSet);
    const { command } = await this.#association.readCommand();
    if (command.messageId !== messageId) throw unexpected();
    return command;
  }

  /** One message at a time. An error leaves the association in an unknown state, so it ends it. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(action).catch((error: unknown) => {
      this.#association.close();
      throw error;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
