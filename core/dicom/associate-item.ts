/**
 * The items of A-ASSOCIATE PDUs and their sub-items (PS3.8 9.3.2, 9.3.3; PS3.7 Annex D.3.3), which all have one shape: type,
 * reserved byte, 16-bit length, value.
 */
import { InterleaveError } from '../errors.ts';
import { trimEnd } from './padding.ts';

export const ITEM = {
  APPLICATION_CONTEXT: 0x10,
  CONTEXT_RQ: 0x20,
  CONTEXT_AC: 0x21,
  ABSTRACT_SYNTAX: 0x30,
  TRANSFER_SYNTAX: 0x40,
  USER_INFORMATION: 0x50,
  MAX_LENGTH: 0x51,
  IMPLEMENTATION_CLASS: 0x52,
  ASYNC_OPERATIONS: 0x53,
  ROLE: 0x54,
  IMPLEMENTATION_VERSION: 0x55,
} as const;

const HEADER_LENGTH = 4;

/** The items that stand one after the other; their values are slices. Throws DICOM_PDU_INVALID. */
export function* items(bytes: Buffer): Generator<{ type: number; value: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const start = at + HEADER_LENGTH;
    if (start > bytes.length) throw invalidItem('an item header is cut off');
    const end = start + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw invalidItem('an item is longer than what holds it');
    yield { type: bytes[at] ?? 0, value: bytes.subarray(start, end) };
    at = end;
  }
}

export function item(type: number, ...parts: Buffer[]): Buffer {
  const header = Buffer.from([type, 0, 0, 0]);
  header.writeUInt16BE(
    parts.reduce((sum, part) => sum + part.length, 0),
    2,
  );
  return Buffer.concat([header, ...parts]);
}

/** UIDs are not padded in this layer, but some senders pad them with a NUL as in data sets (PS3.8 9.3.1 note). */
export function uidOf(value: Buffer): string {
  return textOf(value.subarray(0, MAX_UID_LENGTH + 1));
}

export function textOf(value: Buffer): string {
  return trimEnd(value.toString('latin1'));
}

export function ascii(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

export function invalidItem(detail: string): InterleaveError {
  return new InterleaveError('DICOM_PDU_INVALID', detail);
}

const MAX_UID_LENGTH = 64;
