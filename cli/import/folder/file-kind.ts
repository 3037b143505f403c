import { extname } from 'node:path';
import { readPart10 } from '../../../core/dicom/part10.ts';

export type FileKind = 'hl7' | 'dicom' | 'other';

/** Bytes from the start of a file that `fileKind` looks at. */
export const KIND_BYTES = 4096;

/**
 * What a file is, by its first bytes. DICOM: PS3.10 7.1 with its prefix, file meta information without it, or a bare data set
 * that begins with group 0008. HL7: MSH, FHS or BHS (behind a byte order mark, white space or a start block), or the log of
 * an interface engine (`clients/hl7-files.ts`). A DICOMDIR only names other files. What is none of these by its bytes, but by its
 * name, is taken for that: it is refused with a code then, and not passed over.
 */
export function fileKind(head: Buffer, path: string): FileKind {
  const text = head.toString('latin1');
  if (text.slice(128, 132) === 'DICM' || isGroup(head, 0x0002)) return isDirectory(head) ? 'other' : 'dicom';
  if (HL7.test(text) || text.includes('<SB>')) return 'hl7';
  return isGroup(head, 0x0008) ? 'dicom' : (BY_NAME.get(extname(path).toLowerCase()) ?? 'other');
}

const HL7 = /^(?:\u00ef\u00bb\u00bf)?[\s\u0000\u000b]*(?:MSH|FHS|BHS)[^\sA-Za-z0-9]/;

const BY_NAME = new Map<string, FileKind>([
  ['.dcm', 'dicom'],
  ['.dicom', 'dicom'],
  ['.hl7', 'hl7'],
]);

/** Whether a data set or file meta information begins here: its first element is of this group, and of a fitting length. */
function isGroup(head: Buffer, group: number): boolean {
  if (head.length < 12) return false;
  const isExplicit = /^[A-Z]{2}$/.test(head.toString('latin1', 4, 6));
  if (isExplicit && head.readUInt16BE(0) === group) return head.readUInt16BE(6) <= KIND_BYTES;
  if (head.readUInt16LE(0) !== group || head.readUInt16LE(2) > LAST_FIRST_ELEMENT) return false;
  return (isExplicit ? head.readUInt16LE(6) : head.readUInt32LE(4)) <= KIND_BYTES;
}

/** Of a group that begins with what it identifies: (0008,0000) to (0008,0018). */
const LAST_FIRST_ELEMENT = 0x0018;

/** Media Storage Directory Storage (PS3.3 F): in (0002,0002), which stands near the start. */
function isDirectory(head: Buffer): boolean {
  try {
    return readPart10(head)?.sopClassUid === MEDIA_STORAGE_DIRECTORY;
  } catch {
    return false; // its meta information is longer than what was read: that of a directory is not
  }
}

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
