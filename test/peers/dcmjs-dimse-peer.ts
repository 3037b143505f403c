import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import dcmjsDimse from 'dcmjs-dimse';
import { type CameObject, DcmjsDimseScp } from '../../harness/dcmjs-dimse-scp.ts';
import type { Identity } from '../support/certificates.ts';

const { Client, Server, requests } = dcmjsDimse;
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
  class StoreScp extends DcmjsDimseScp {
    protected override async keep({ sopInstanceUid, dataSet }: CameObject): Promise<void> {
      received.set(sopInstanceUid, dataSet);
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
