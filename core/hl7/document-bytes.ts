import { isAscii, isUtf8 } from 'node:buffer';
import { decodeText } from './charset.ts';
import { RTF_START } from './markup.ts';

/** What a document is, by its first bytes: what its sender says of it is too often something else. */
export type BytesKind = 'pdf' | 'rtf' | 'text' | 'picture' | 'unknown';

export function kindOfBytes(bytes: Buffer): BytesKind {
  if (bytes.subarray(0, 1024).includes('%PDF-')) return 'pdf';
  const head = bytes.toString('latin1', 0, 4096);
  if (PICTURES.test(head)) return 'picture';
  if (RTF_START.test(head)) return 'rtf';
  if (utf16Label(bytes) !== null) return 'text';
  return bytes.length > 0 && !CONTROLS.test(head.slice(0, 512)) ? 'text' : 'unknown';
}

/** JPEG, PNG, GIF, TIFF, BMP, DICOM: they hold no text that we could read. */
const PICTURES =
  /^(?:\u00ff\u00d8\u00ff|\u0089PNG|GIF8|II\*\u0000|MM\u0000\*|BM.{4}\u0000{4}|[\s\S]{128}DICM)/s;
const CONTROLS = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/**
 * The text of bytes: what they are counts more than what they say of themselves (`<meta charset>`, `encoding` of XML), and
 * that more than the character set of the message.
 */
export function textOfBytes(bytes: Buffer, messageLabel: string): string {
  const wide = utf16Label(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  const declared = DECLARED.exec(bytes.toString('latin1', 0, 2048))?.[1]?.toLowerCase() ?? '';
  if (declared !== 'iso-2022-jp') {
    if (isAscii(bytes)) return bytes.toString('latin1');
    if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\ufeff/, '');
  }
  const label = [declared, messageLabel].find((one) => isKnown(one)) ?? 'windows-1252';
  return decodeText(bytes.toString('latin1'), {
    label: label === 'iso-8859-1' ? 'windows-1252' : label,
    contradicted: false,
  });
}

const DECLARED = /(?:charset|encoding)\s*=\s*["']?([\w-]{2,20})/i;

/** Other than ASCII and UTF-8: such bytes they are not. */
function isKnown(label: string): boolean {
  if (['', 'ascii', 'us-ascii', 'utf-8', 'utf8', 'utf-16'].includes(label)) return false;
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/** By its mark, or by the empty halves of Latin letters. */
function utf16Label(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (bytes.length < 4) return null;
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : null;
}
