/** The data dictionary (PS3.6) as `dcmjs` carries it: value representations for Implicit VR, keywords for queries. */
import dcmjs from 'dcmjs';
import type { Tag } from '../dicom/data-set.ts';

const { dictionary, nameMap } = dcmjs.data.DicomMetaDictionary;

/**
 * The VR of an element whose encoding does not say it: `UN` where nobody knows (PS3.5 6.2.2). What is signed or unsigned
 * by the pixels follows (0028,0103).
 */
export function vrOf(tag: Tag, signedPixels = false): string {
  const group = tag >>> 16;
  const element = tag & 0xffff;
  if (element === 0) return 'UL';
  if (group % 2 === 1) return element >= 0x10 && element <= 0xff ? 'LO' : 'UN';
  const vr = dictionary[punctuated(repeating(tag))]?.vr ?? 'UN';
  return vr === 'xs' ? (signedPixels ? 'SS' : 'US') : (CHOSEN[vr] ?? vr);
}

/** From a keyword (`PatientID`) or eight hexadecimal digits (`00100020`); null for anything else. */
export function tagOf(name: string): Tag | null {
  if (/^[0-9A-Fa-f]{8}$/.test(name)) return Number.parseInt(name, 16);
  if (!Object.hasOwn(nameMap, name)) return null;
  const digits = /^\(([0-9A-F]{4}),([0-9A-F]{4})\)$/i.exec(nameMap[name]?.tag ?? '');
  return digits === null ? null : Number.parseInt(`${digits[1]}${digits[2]}`, 16);
}

/** Eight hexadecimal digits, as in the JSON model (PS3.18 F.2.2). */
export function tagName(tag: Tag): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

/** Where the dictionary leaves a choice, Implicit VR has this (PS3.5 A.1). */
const CHOSEN: Readonly<Record<string, string>> = { ox: 'OW', lt: 'OW', up: 'UL' };

/** Overlays and curves stand in the dictionary under their first group (PS3.5 7.6). */
function repeating(tag: Tag): Tag {
  const family = (tag >>> 24) * 0x1000000;
  return family === 0x50000000 || family === 0x60000000 ? family + (tag & 0xffff) : tag;
}

function punctuated(tag: Tag): string {
  const name = tagName(tag);
  return `(${name.slice(0, 4)},${name.slice(4)})`;
}
