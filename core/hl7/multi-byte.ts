import { decodeIn } from '../iso-2022.ts';

/** Bytes of the character at `at` in a multi-byte encoding; 1 for one that is ASCII, or broken. */
export function characterLength(label: string, bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  switch (label) {
    case 'gb18030':
    case 'gbk':
      if (isWithin(lead, 0x81, 0xfe) && isWithin(second, 0x30, 0x39))
        return isWithin(bytes[at + 2] ?? 0, 0x81, 0xfe) && isWithin(bytes[at + 3] ?? 0, 0x30, 0x39) ? 4 : 1;
      return isWithin(lead, 0x81, 0xfe) && isTrail(second, 0xfe) ? pair(label, lead, second) : 1;
    case 'big5':
      return isWithin(lead, 0x81, 0xfe) && isTrail(second, 0xfe) ? pair(label, lead, second) : 1;
    case 'shift_jis':
      return isWithin(lead, 0x81, 0x9f) || isWithin(lead, 0xe0, 0xfc)
        ? trailed(label, lead, second, 0xfc)
        : 1;
    case 'euc-kr':
      return isWithin(lead, 0x81, 0xfe) ? trailed(label, lead, second, 0xfe) : 1;
    case 'euc-jp':
      if (lead === 0x8f) return isHigh(second) && isHigh(bytes[at + 2] ?? 0) ? 3 : 1;
      if (lead === 0x8e) return isWithin(second, 0xa1, 0xdf) ? 2 : 1;
      return isHigh(lead) && isHigh(second) ? 2 : 1;
    default:
      return 1;
  }
}

function trailed(label: string, lead: number, second: number, last: number): number {
  return isTrail(second, last) ? pair(label, lead, second) : 1;
}

/** 2 where the encoding has this character: a character that was cut off takes no separator with it. */
function pair(label: string, lead: number, second: number): number {
  if (second >= 0x80) return 2;
  const known = pairs.get(label) ?? new Map<number, boolean>();
  pairs.set(label, known);
  const key = (lead << 8) | second;
  let isCharacter = known.get(key);
  if (isCharacter === undefined) {
    isCharacter = !decodeIn(label, Uint8Array.of(lead, second)).includes('\ufffd');
    known.set(key, isCharacter);
  }
  return isCharacter ? 2 : 1;
}

/** At most 126 × 63 pairs for each encoding. */
const pairs = new Map<string, Map<number, boolean>>();

function isTrail(byte: number, last: number): boolean {
  return isWithin(byte, 0x40, 0x7e) || isWithin(byte, 0x80, last);
}

function isHigh(byte: number): boolean {
  return isWithin(byte, 0xa1, 0xfe);
}

function isWithin(byte: number, first: number, last: number): boolean {
  return byte >= first && byte <= last;
}
