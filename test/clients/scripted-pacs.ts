/** A PACS that says what a test wants, message by message: for what no real one does when it is asked to. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type AssociateRequest, encodeAssociateAccept } from '../../core/dicom/associate-pdu.ts';
import { COMMAND, type DimseCommand, decodeCommand, encodeCommand } from '../../core/dicom/dimse-command.ts';
import { encodeMessage, encodeReleaseResponse } from '../../core/dicom/pdu.ts';
import { PduReader } from '../../core/dicom/pdu-reader.ts';
import { DICOM_APPLICATION_CONTEXT } from '../../core/dicom/uids.ts';

export interface Asked {
  contextId: number;
  command: DimseCommand;
  dataSet: Buffer;
}

export interface Talk {
  request: AssociateRequest;
  socket: Socket;
  /** the next message; null when the association was released, aborted or closed */
  next(): Promise<Asked | null>;
  say(contextId: number, command: Partial<DimseCommand> & { field: number }, dataSet?: Buffer): void;
}

export interface ScriptedPacs {
  port: number;
  close(): Promise<void>;
}

/** `script` is run for each association. `accepts`: which abstract syntaxes; `agrees`: whether roles are agreed to. */
export async function scriptedPacs(
  script: (talk: Talk) => Promise<void>,
  { accepts = () => true, agrees = true }: { accepts?: (sopClass: string) => boolean; agrees?: boolean } = {},
): Promise<ScriptedPacs> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    void serve(socket, script, accepts, agrees);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(
  socket: Socket,
  script: (talk: Talk) => Promise<void>,
  accepts: (sopClass: string) => boolean,
  agrees: boolean,
): Promise<void> {
  const pdus = read(socket);
  const first = (await pdus.next()).value;
  if (first?.type !== 'associate-request') return;
  const { request } = first;
  const accept = {
    calledAeTitle: request.calledAeTitle,
    callingAeTitle: request.callingAeTitle,
    contexts: request.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => ({
      id,
      result: accepts(abstractSyntax) ? (0 as const) : (3 as const),
      transferSyntax: transferSyntaxes[0] ?? '',
    })),
    user: {
      ...request.user,
      roles: request.user.roles.map((role) => ({ ...role, scp: role.scp && agrees })),
    },
  };
  socket.write(encodeAssociateAccept(accept, DICOM_APPLICATION_CONTEXT));
  const say: Talk['say'] = (contextId, command, dataSet) => {
    const whole = { messageId: 1, sopClassUid: '', sopInstanceUid: '', status: 0, comment: '', ...command };
    const message = encodeCommand({ ...whole, hasDataSet: dataSet !== undefined });
    for (const pdu of encodeMessage(contextId, 'command', message, 0, 16_384))
      socket.write(Buffer.concat(pdu));
    if (dataSet !== undefined)
      for (const pdu of encodeMessage(contextId, 'data-set', dataSet, 0, 16_384))
        socket.write(Buffer.concat(pdu));
  };
  await script({ request, socket, next: () => nextOf(pdus, socket), say });
}

async function nextOf(pdus: ReturnType<typeof read>, socket: Socket): Promise<Asked | null> {
  let command: DimseCommand | null = null;
  const parts = { command: [] as Buffer[], 'data-set': [] as Buffer[] };
  for (;;) {
    const { value: pdu } = await pdus.next();
    if (pdu?.type === 'release-request') socket.end(encodeReleaseResponse());
    if (pdu?.type !== 'fragment') return null;
    const { contextId, kind, last, bytes } = pdu.fragment;
    parts[kind].push(bytes);
    if (!last) continue;
    command ??= decodeCommand(Buffer.concat(parts.command));
    if (kind === 'data-set' || !command.hasDataSet)
      return { contextId, command, dataSet: Buffer.concat(parts['data-set']) };
  }
}

async function* read(socket: Socket) {
  const reader = new PduReader();
  try {
    for await (const chunk of socket) yield* reader.push(chunk);
  } catch {
    // it was closed
  }
}

/** The answer to the request that was asked. */
export function answerTo(
  { command }: Asked,
  status: number,
): { field: number; messageId: number; status: number } {
  return { field: command.field | 0x8000, messageId: command.messageId, status };
}

export { COMMAND };
