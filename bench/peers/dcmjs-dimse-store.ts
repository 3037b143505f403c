import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import dcmjsDimse from 'dcmjs-dimse';
import { part10Header } from '../../core/dicom/part10.ts';

/**
 * dcmjs-dimse as a server that writes what it gets: `dcmjs-dimse-store PORT FOLDER sync|nosync`. The library puts the data
 * set together in memory; it goes to a file as it is, without being parsed, which is the quickest way to use it.
 */
const [port, folder = '.', sync] = process.argv.slice(2);
const { Dataset, Scp, Server, constants, responses } = dcmjsDimse;
const { PresentationContextResult, Status } = constants;
const MAX_PDU_LENGTH = 131_072;
dcmjsDimse.log.setLevel('error');

class StoreScp extends Scp {
  #bytes: Buffer = Buffer.alloc(0);
  #transferSyntaxUid = '';

  override associationRequested(association: dcmjsDimse.association.Association): void {
    association.setMaxPduLength(MAX_PDU_LENGTH);
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
    this.#bytes = (writable as Writable & { toBuffer(): Buffer }).toBuffer();
    this.#transferSyntaxUid = context.getAcceptedTransferSyntaxUid() ?? '';
    done(new Dataset({}));
  }

  override cStoreRequest(
    request: dcmjsDimse.requests.CStoreRequest,
    done: (response: dcmjsDimse.responses.CStoreResponse) => void,
  ): void {
    const response = responses.CStoreResponse.fromRequest(request);
    this.#write(request.getAffectedSopClassUid() ?? '', request.getAffectedSopInstanceUid() ?? '').then(
      () => {
        response.setStatus(Status.Success);
        done(response);
      },
      () => {
        response.setStatus(Status.ProcessingFailure);
        done(response);
      },
    );
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
  }

  async #write(sopClassUid: string, sopInstanceUid: string): Promise<void> {
    const file = await open(join(folder, `${sopInstanceUid}.dcm`), 'w');
    const header = part10Header({ sopClassUid, sopInstanceUid, transferSyntaxUid: this.#transferSyntaxUid });
    await file.writev([header, this.#bytes]);
    if (sync === 'sync') await file.sync();
    await file.close();
  }
}

new Server(StoreScp).listen(Number(port));
console.log('listening');
