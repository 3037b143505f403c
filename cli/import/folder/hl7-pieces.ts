import { createReadStream } from 'node:fs';
import { messagesIn } from '../../../clients/hl7-files.ts';
import { InterleaveError } from '../../../core/errors.ts';
import { FS, VT } from '../../../core/hl7/frame.ts';
import { HL7_PIECE_BYTES, MAX_HL7_MESSAGE_BYTES } from '../limits.ts';

/** A few messages of a file. */
export interface Hl7Piece {
  /** where it begins in the file, in bytes */
  offset: number;
  /** place of the first message in the file, from 0 */
  firstIndex: number;
  messages: Buffer[];
}

/**
 * Cuts an HL7 file of any size into pieces, between two messages: at the header of one (MSH at the start of a line), at the start
 * block of a capture, or at `<SB>` of a log. One piece is in memory at a time. Throws FILE_TOO_LARGE at a message that
 * is longer than any gateway takes, HL7_UNREADABLE, and errors of the file system.
 */
export async function* hl7Pieces(
  path: string,
  { pieceBytes = HL7_PIECE_BYTES, maxMessageBytes = MAX_HL7_MESSAGE_BYTES } = {},
): AsyncGenerator<Hl7Piece> {
  let held = Buffer.alloc(0);
  let offset = 0;
  let firstIndex = 0;
  let nextLook = pieceBytes;
  const cut = (end: number): Hl7Piece => {
    const piece = { offset, firstIndex, messages: messagesIn(held.subarray(0, end)) };
    held = Buffer.from(held.subarray(end));
    offset += end;
    firstIndex += piece.messages.length;
    nextLook = pieceBytes;
    return piece;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: Math.min(pieceBytes, CHUNK_BYTES) })) {
    held = Buffer.concat([held, chunk as Buffer]);
    if (held.length < nextLook) continue;
    const end = lastStart(held);
    if (end > 0) yield cut(end);
    else if (held.length > maxMessageBytes) throw new InterleaveError('FILE_TOO_LARGE');
    else nextLook = 2 * held.length;
  }
  if (held.length > 0) yield cut(held.length);
}

const CHUNK_BYTES = 256 * 1024;

/** Where the last message begins; 0 where it is the first one. */
function lastStart(held: Buffer): number {
  if (held.includes(LOG_START)) return held.lastIndexOf(LOG_START);
  if (held.includes(VT) && held.includes(FS)) return held.lastIndexOf(VT);
  for (let at = held.lastIndexOf('MSH'); at > 0; at = held.lastIndexOf('MSH', at - 1))
    if (HEADER.test(held.toString('latin1', at - 1, at + HEADER_BYTES))) return at;
  return 0;
}

const LOG_START = '<SB>';
const HEADER = /^[\r\n]MSH([^\sA-Za-z0-9])[^\sA-Za-z0-9]{1,7}\1/;
const HEADER_BYTES = 12;
