/** A peer that writes what a test wants, byte by byte, and reads what comes back as PDUs. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeAssociateRequest } from '../../../core/dicom/associate-pdu.ts';
import { COMMAND, encodeCommand } from '../../../core/dicom/dimse-command.ts';
import { encodeMessage, type Fragment, type Pdu } from '../../../core/dicom/pdu.ts';
import { PduReader } from '../../../core/dicom/pdu-reader.ts';
import { DICOM_APPLICATION_CONTEXT, TRANSFER_SYNTAX, VERIFICATION } from '../../../core/dicom/uids.ts';
import { CT } from './test-objects.ts';

export const ECHO_CONTEXT = 1;
export const CT_CONTEXT = 3;

export class RawPeer {
  readonly socket: Socket;
  readonly #pdus: AsyncGenerator<Pdu, void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    this.#pdus = read(socket);
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  /** An association with a context for C-ECHO and one for CT. */
  static async associate(port: number): Promise<RawPeer> {
    const peer = await RawPeer.connect(port);
    peer.socket.write(associateRequest());
    const answer = await peer.read();
    if (answer?.type !== 'associate-accept') throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    return peer;
  }

  /** The next PDU, null when the connection is over. */
  async read(): Promise<Pdu | null> {
    const next = await this.#pdus.next();
    return next.done === true ? null : next.value;
  }

  send(contextId: number, kind: Fragment['kind'], message: Buffer): void {
    for (const pdu of encodeMessage(contextId, kind, message, 0, 16_384))
      this.socket.write(Buffer.concat(pdu));
  }

  close(): void {
    this.socket.destroy();
  }
}

export function associateRequest(callingAeTitle = 'RAW'): Buffer {
  return encodeAssociateRequest({
    protocolVersion: 1,
    calledAeTitle: 'INTERLEAVE',
    callingAeTitle,
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: [
      { id: ECHO_CONTEXT, abstractSyntax: VERIFICATION, transferSyntaxes: [TRANSFER_SYNTAX.IMPLICIT_LITTLE] },
      { id: CT_CONTEXT, abstractSyntax: CT, transferSyntaxes: [TRANSFER_SYNTAX.EXPLICIT_LITTLE] },
    ],
    user: {
      maxLength: 0,
      implementationClassUid: '1.2.3',
      implementationVersionName: '',
      asyncOperations: null,
      roles: [],
    },
  });
}

export function command(field: number, sopClassUid: string, sopInstanceUid = '', hasDataSet = false): Buffer {
  return encodeCommand({
    field,
    messageId: 1,
    sopClassUid,
    sopInstanceUid,
    hasDataSet,
    status: 0,
    comment: '',
  });
}

export const ECHO = command(COMMAND.C_ECHO_RQ, VERIFICATION);

async function* read(socket: Socket): AsyncGenerator<Pdu, void> {
  const reader = new PduReader();
  try {
    for await (const chunk of socket) yield* reader.push(chunk as Buffer);
  } catch {
    // a reset is an end like any other here
  }
}
