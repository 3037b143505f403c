/**
 * DICOM files (PS3.10 7): 128 bytes, `DICM`, the file meta information, the data set. What the gateway stores has such a
 * header, so that any tool reads it; the header depends on nothing but the object, so that the same object sent twice
 * has the same digest.
 */
import { InterleaveError } from '../errors.ts';
import { trimEnd } from './padding.ts';
import { IMPLEMENTATION_CLASS_UID, TRANSFER_SYNTAX } from './uids.ts';

export const DICOM_MEDIA_TYPE = 'application/dicom';

/** What group 0002 says of the data set that follows. */
export interface FileMeta {
  /** (0002,0002), '' where absent */
  sopClassUid: string;
  /** (0002,0003), '' where absent */
  sopInstanceUid: string;
  /** (0002,0010) */
  transferSyntaxUid: string;
}

const PREAMBLE_LENGTH = 128;
const PREFIX = 'DICM';

/** Preamble, prefix and group 0002 in Explicit VR Little Endian, for the data set that follows. */
export function part10Header(object: FileMeta): Buffer {
  const meta = Buffer.concat([
    element(0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 'UI', uid(object.sopClassUid)),
    element(0x0003, 'UI', uid(object.sopInstanceUid)),
    element(0x0010, 'UI', uid(object.transferSyntaxUid)),
    element(0x0012, 'UI', uid(IMPLEMENTATION_CLASS_UID)),
  ]);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(PREAMBLE_LENGTH),
    Buffer.from(PREFIX),
    element(0x0000, 'UL', groupLength),
    meta,
  ]);
}

/**
 * Reads the file meta information and says where the data set begins; null where there is none. Some files have group
 * 0002 without preamble and prefix. Throws DICOM_DATA_SET_UNREADABLE where it is cut off.
 */
export function readPart10(bytes: Buffer): (FileMeta & { dataSetOffset: number }) | null {
  const hasPrefix = bytes.toString('latin1', PREAMBLE_LENGTH, PREAMBLE_LENGTH + 4) === PREFIX;
  let at = hasPrefix ? PREAMBLE_LENGTH + PREFIX.length : 0;
  if (!hasPrefix && !isGroup2(bytes, 0)) return null;
  const values = new Map<number, string>();
  while (isGroup2(bytes, at)) {
    const long = LONG_VRS.has(bytes.toString('latin1', at + 4, at + 6));
    if (long && at + 12 > bytes.length) throw unreadable();
    const length = long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    const start = at + (long ? 12 : 8);
    if (start + length > bytes.length) throw unreadable();
    const value = bytes.toString('latin1', start, start + length);
    values.set(bytes.readUInt16LE(at + 2), trimEnd(value));
    at = start + length;
  }
  return {
    sopClassUid: values.get(0x0002) ?? '',
    sopInstanceUid: values.get(0x0003) ?? '',
    transferSyntaxUid: values.get(0x0010) || TRANSFER_SYNTAX.EXPLICIT_LITTLE,
    dataSetOffset: at,
  };
}

function isGroup2(bytes: Buffer, at: number): boolean {
  return at + 8 <= bytes.length && bytes.readUInt16LE(at) === 0x0002;
}

const LONG_VRS = new Set(['OB', 'UN', 'OW', 'UT']);

function element(number: number, vr: string, value: Buffer): Buffer {
  const long = LONG_VRS.has(vr);
  const header = Buffer.alloc(long ? 12 : 8);
  header.writeUInt16LE(0x0002, 0);
  header.writeUInt16LE(number, 2);
  header.write(vr, 4, 'latin1');
  if (long) header.writeUInt32LE(value.length, 8);
  else header.writeUInt16LE(value.length, 6);
  return Buffer.concat([header, value]);
}

function uid(value: string): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : `${value}\0`, 'latin1');
}

function unreadable(): InterleaveError {
  return new InterleaveError('DICOM_DATA_SET_UNREADABLE', 'the file meta information is cut off');
}
