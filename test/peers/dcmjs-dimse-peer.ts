import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import dcmjsDimse from 'dcmjs-dimse';
import type { Identity } from '../support/certificates.ts';

const { Client, Dataset, Scp, Server, constants, requests, responses } = dcmjsDimse;
const { PresentationContextResult, Status } = constants;
dcmjsDimse.log.setLevel('error');

/** Sends files with dcmjs-dimse and resolves to the statuses of the answers, a C-ECHO first. */
export async function sendWithDcmjsDimse(
  port: number,
  files: readonly string[],
  authority: string | null,
): Promise<string[]> {
  const client = new Client();
  const statuses: string[] = [];
  for (const request of [
    new requests.CEchoRequest(),
    ...files.map((file) => new requests.CStoreRequest(file)),
  ]) {
    request.on('response', (response: { getStatus(): number }) =>
      statuses.push(response.getStatus().toString(16).toUpperCase().padStart(4, '0')),
    );
    client.addRequest(request);
  }
  const secure =
    authority === null ? {} : { securityOptions: { ca: readFileSync(authority), rejectUnauthorized: true } };
  client.send('localhost', port, 'DCMJS', 'INTERLEAVE', secure);
  await once(client, 'closed');
  return statuses;
}

/** A dcmjs-dimse server; `received` has the data set of each object by SOP Instance UID, byte for byte. */
export function receiveWithDcmjsDimse(port: number, identity: Identity | null) {
  const received = new Map<string, Buffer>();
  class StoreScp extends Scp {
    #bytes: Buffer = Buffer.alloc(0);

    override associationRequested(association: dcmjsDimse.association.Association): void {
      for (const { context } of association.getPresentationContexts()) {
        const [first] = context.getTransferSyntaxUids();
        if (first !== undefined) context.setResult(PresentationContextResult.Accept, first);
      }
      this.sendAssociationAccept();
    }

    override createDatasetFromStoreWritableStream(
      writable: Writable,
      _context: dcmjsDimse.association.PresentationContext,
      done: (dataset: dcmjsDimse.Dataset) => void,
    ): void {
      this.#bytes = (writable as Writable & { toBuffer(): Buffer }).toBuffer();
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
      received.set(request.getAffectedSopInstanceUid() ?? '', this.#bytes);
      const response = responses.CStoreResponse.fromRequest(request);
      response.setStatus(Status.Success);
      done(response);
    }

    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse();
    }
  }
  const server = new Server(StoreScp);
  const secure =
    identity === null
      ? {}
      : { securityOptions: { key: readFileSync(identity.key), cert: readFileSync(identity.cert) } };
  server.listen(port, secure);
  return { received, stop: async () => server.close() };
}
