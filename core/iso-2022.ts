import { TextDecoder } from 'node:util';

/** What an escape sequence of ISO 2022 puts where: into G0, the bytes below 0x80, or into G1, those above. */
export interface Designation {
  element: 'g0' | 'g1';
  /** a name of `decodeIn` */
  encoding: string;
}

/**
 * The escape sequences (without ESC) that DICOM (PS3.3 Tables C.12-3, C.12-4) and HL7 (v2.5.1 2.7.2) name, with the
 * sets of RFC 1468, 1554 and 1557 that stand beside them.
 */
export const DESIGNATIONS: ReadonlyMap<string, Designation> = new Map<string, Designation>([
  ['(B', { element: 'g0', encoding: 'ascii' }],
  ['(J', { element: 'g0', encoding: 'ascii' }], // JIS X 0201 Roman: ASCII with a yen sign and an overline
  ['(I', { element: 'g0', encoding: 'jis-x-0201' }],
  [')I', { element: 'g1', encoding: 'jis-x-0201' }],
  ['-A', { element: 'g1', encoding: 'latin1' }],
  ['-B', { element: 'g1', encoding: 'iso-8859-2' }],
  ['-C', { element: 'g1', encoding: 'iso-8859-3' }],
  ['-D', { element: 'g1', encoding: 'iso-8859-4' }],
  ['-L', { element: 'g1', encoding: 'iso-8859-5' }],
  ['-G', { element: 'g1', encoding: 'iso-8859-6' }],
  ['-F', { element: 'g1', encoding: 'iso-8859-7' }],
  ['-H', { element: 'g1', encoding: 'iso-8859-8' }],
  ['-M', { element: 'g1', encoding: 'windows-1254' }],
  ['-b', { element: 'g1', encoding: 'iso-8859-15' }],
  ['-T', { element: 'g1', encoding: 'windows-874' }],
  ['$@', { element: 'g0', encoding: 'jis-x-0208' }],
  ['$B', { element: 'g0', encoding: 'jis-x-0208' }],
  ['$(B', { element: 'g0', encoding: 'jis-x-0208' }],
  ['$)B', { element: 'g1', encoding: 'jis-x-0208' }],
  ['$(D', { element: 'g0', encoding: 'jis-x-0212' }],
  ['$)D', { element: 'g1', encoding: 'jis-x-0212' }],
  ['$(C', { element: 'g0', encoding: 'ks-x-1001' }],
  ['$)C', { element: 'g1', encoding: 'ks-x-1001' }],
  ['$A', { element: 'g0', encoding: 'gb-2312' }],
  ['$(A', { element: 'g0', encoding: 'gb-2312' }],
  ['$)A', { element: 'g1', encoding: 'gb-2312' }],
]);

/** The bytes after ESC: intermediates (0x20…0x2F) and a final one, as in `ESC ( B`, `ESC $ B`, `ESC $ ) C`. */
export function designationLength(bytes: Uint8Array, at: number): number {
  let length = 0;
  while (length < 3 && (bytes[at + length] ?? 0) >= 0x20 && (bytes[at + length] ?? 0) <= 0x2f) length += 1;
  return Math.min(length + 1, bytes.length - at);
}

/** True for a set whose characters have two bytes each. */
export function isTwoByteSet(encoding: string): boolean {
  return TWO_BYTE.has(encoding);
}

const TWO_BYTE = new Set(['jis-x-0208', 'jis-x-0212', 'ks-x-1001', 'gb-2312']);

/**
 * Bytes as text: in one of the sets above, by their low seven bits, or in an encoding of the WHATWG Encoding Standard.
 * What the set does not hold becomes U+FFFD.
 */
export function decodeIn(encoding: string, bytes: Uint8Array): string {
  switch (encoding) {
    case 'ascii':
    case 'latin1':
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    case 'jis-x-0201':
      return decoderOf('shift_jis').decode(raised(bytes));
    case 'jis-x-0208':
      return decoderOf('euc-jp').decode(raised(bytes));
    case 'jis-x-0212':
      return decoderOf('euc-jp').decode(threeByte(bytes));
    case 'ks-x-1001':
      return decoderOf('euc-kr').decode(raised(bytes));
    case 'gb-2312':
      return decoderOf('gbk').decode(raised(bytes));
    default:
      return decoderOf(encoding).decode(bytes);
  }
}

function raised(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte | 0x80);
}

/** JIS X 0212 stands in EUC-JP behind 0x8F, with high bits set. */
function threeByte(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  bytes.forEach((byte, index) => {
    if (index % 2 === 0) out.push(0x8f);
    out.push(byte | 0x80);
  });
  return Uint8Array.from(out);
}

const decoders = new Map<string, TextDecoder>();

/** The decoder of an encoding of the WHATWG Encoding Standard. */
function decoderOf(encoding: string): TextDecoder {
  const known = decoders.get(encoding) ?? new TextDecoder(encoding);
  decoders.set(encoding, known);
  return known;
}
