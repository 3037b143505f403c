/** Writes the answer to a message, and bounds what a peer leaves unread. */
import type { Socket } from 'node:net';
import type { Association } from '../../core/dicom/association.ts';
import { type DimseCommand, encodeCommand } from '../../core/dicom/dimse-command.ts';
import { MAX_PDU_LENGTH } from '../../core/dicom/limits.ts';
import { encodeMessage } from '../../core/dicom/pdu.ts';
import { InterleaveError } from '../../core/errors.ts';
import { MAX_UNREAD_ANSWERS } from './limits.ts';

/** Throws DICOM_TIMEOUT where too many answers are unread. */
export function sendResponse(
  socket: Socket,
  { peerMaxLength }: Association,
  contextId: number,
  response: DimseCommand,
): void {
  if (socket.destroyed) return;
  const command = encodeCommand(response);
  const pdus = [...encodeMessage(contextId, 'command', command, peerMaxLength, MAX_PDU_LENGTH)];
  socket.write(Buffer.concat(pdus.flat())); // one write, one packet
  if (isUnread(socket)) throw new InterleaveError('DICOM_TIMEOUT', 'The peer does not read its answers.');
}

/** Nothing can be said to a peer that does not read. */
export function isUnread(socket: Socket): boolean {
  return socket.writableLength > MAX_UNREAD_ANSWERS;
}
