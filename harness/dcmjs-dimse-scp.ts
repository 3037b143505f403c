import type { Writable } from 'node:stream';
import dcmjsDimse from 'dcmjs-dimse';

const { Dataset, Scp, constants, responses } = dcmjsDimse;
const { PresentationContextResult, Status } = constants;

/** A data set as it came, not parsed. */
export interface CameObject {
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntaxUid: string;
  dataSet: Buffer;
}

/**
 * A dcmjs-dimse server's side of one association: accepts the first transfer syntax of each presentation context, answers
 * C-ECHO, and hands each object to `keep`, whose failure is the sender's. The library puts the data set together in memory;
 * it is not parsed here, which is the quickest way to use it.
 */
export abstract class DcmjsDimseScp extends Scp {
  #dataSet: Buffer = Buffer.alloc(0);
  #transferSyntaxUid = '';

  /** Resolves when the object may be confirmed. */
  protected abstract keep(object: CameObject): Promise<void>;

  override associationRequested(association: dcmjsDimse.association.Association): void {
    for (const { context } of association.getPresentationContexts()) {
      const [first] = context.getTransferSyntaxUids();
      if (first !== undefined) context.setResult(PresentationContextResult.Accept, first);
    }
    this.sendAssociationAccept();
  }

  override createDatasetFromStoreWritableStream(
    writable: Writable,
    context: dcmjsDimse.association.PresentationContext,
    done: (dataset: dcmjsDimse.Dataset) => void,
  ): void {
    // The library's own stream in memory, as `createStoreWritableStream` makes it.
    this.#dataSet = (writable as Writable & { toBuffer(): Buffer }).toBuffer();
    this.#transferSyntaxUid = context.getAcceptedTransferSyntaxUid() ?? '';
    done(new Dataset({}));
  }

  override cEchoRequest(
    request: dcmjsDimse.requests.CEchoRequest,
    done: (response: dcmjsDimse.responses.CEchoResponse) => void,
  ): void {
    const response = responses.CEchoResponse.fromRequest(request);
    response.setStatus(Status.Success);
    done(response);
  }

  override cStoreRequest(
    request: dcmjsDimse.requests.CStoreRequest,
    done: (response: dcmjsDimse.responses.CStoreResponse) => void,
  ): void {
    const response = responses.CStoreResponse.fromRequest(request);
    const answer = (status: number) => {
      response.setStatus(status);
      done(response);
    };
    this.keep({
      sopClassUid: request.getAffectedSopClassUid() ?? '',
      sopInstanceUid: request.getAffectedSopInstanceUid() ?? '',
      transferSyntaxUid: this.#transferSyntaxUid,
      dataSet: this.#dataSet,
    }).then(
      () => answer(Status.Success),
      () => answer(Status.ProcessingFailure),
    );
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
  }
}
