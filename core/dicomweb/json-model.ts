/** The DICOM JSON model (PS3.18 Annex F): a data set as `application/dicom+json`. */
import { decodeText } from '../dicom/character-set.ts';
import type { Tag } from '../dicom/data-set.ts';
import { trim, trimEnd } from '../dicom/padding.ts';
import { tagName } from './dictionary.ts';
import type { Element } from './elements.ts';
import { MAX_INLINE_BINARY } from './limits.ts';

export interface PersonName {
  Alphabetic?: string;
  Ideographic?: string;
  Phonetic?: string;
}

export type JsonValue = string | number | null | PersonName | JsonDataSet;

/** At most one of the three; none for an empty value (PS3.18 F.2.5). */
export interface JsonElement {
  vr: string;
  Value?: JsonValue[];
  InlineBinary?: string;
  BulkDataURI?: string;
}

/** Keys are eight hexadecimal digits; `json-text.ts` writes them in rising order. */
export interface JsonDataSet {
  [tag: string]: JsonElement;
}

const CHARACTER_SET: Tag = 0x00080005;

/**
 * `bulkUri` says where a long binary value is found, by the path of tags and item numbers (from 0) that lead to it.
 * Group lengths and file meta information are left out (PS3.18 F.2).
 */
export function jsonDataSet(
  elements: readonly Element[],
  bulkUri: (path: readonly (string | number)[]) => string,
  characterSets: readonly string[] = [],
  path: readonly (string | number)[] = [],
): JsonDataSet {
  const own = elements.find(({ tag }) => tag === CHARACTER_SET)?.value?.toString('latin1');
  const sets = own === undefined ? characterSets : own.split('\\').map(trim);
  const json: JsonDataSet = {};
  for (const element of elements) {
    const { tag, vr } = element;
    if ((tag & 0xffff) === 0 || tag >>> 16 === 0x0002) continue;
    const name = tagName(tag);
    const here = [...path, name];
    if (element.items !== null) {
      const items = element.items.map((item, i) => jsonDataSet(item, bulkUri, sets, [...here, i]));
      json[name] = items.length === 0 ? { vr } : { vr, Value: items };
    } else if (BINARY.has(vr) || !KNOWN.has(vr)) {
      json[name] = { vr: BINARY.has(vr) ? vr : 'UN', ...binary(element.value, () => bulkUri(here)) };
    } else {
      // What was in other character sets is UTF-8 now.
      const values = tag === CHARACTER_SET ? ['ISO_IR 192'] : valuesOf(vr, element.value, sets);
      json[name] = values.length === 0 ? { vr } : { vr, Value: values };
    }
  }
  return json;
}

/** An element of text, for attributes that we state ourselves. */
export function jsonStrings(vr: string, values: readonly string[]): JsonElement {
  return values.length === 0 ? { vr } : { vr, Value: [...values] };
}

export function jsonNumber(vr: string, value: number): JsonElement {
  return { vr, Value: [value] };
}

const BINARY: ReadonlySet<string> = new Set('OB OD OF OL OV OW UN'.split(' '));
const TEXT: ReadonlySet<string> = new Set('LO LT SH ST UC UT'.split(' '));
const SINGLE: ReadonlySet<string> = new Set('LT ST UR UT'.split(' '));

type ReadNumber = (value: Buffer, at: number) => number | string;

const NUMBERS: Readonly<Record<string, { size: number; read: ReadNumber }>> = {
  US: { size: 2, read: (value, at) => value.readUInt16LE(at) },
  SS: { size: 2, read: (value, at) => value.readInt16LE(at) },
  UL: { size: 4, read: (value, at) => value.readUInt32LE(at) },
  SL: { size: 4, read: (value, at) => value.readInt32LE(at) },
  FL: { size: 4, read: (value, at) => floating(value.readFloatLE(at)) },
  FD: { size: 8, read: (value, at) => floating(value.readDoubleLE(at)) },
  UV: { size: 8, read: (value, at) => large(value.readBigUInt64LE(at)) },
  SV: { size: 8, read: (value, at) => large(value.readBigInt64LE(at)) },
  AT: { size: 4, read: attributeTag },
};

const KNOWN: ReadonlySet<string> = new Set([
  ...'AE AS CS DA DS DT IS PN TM UI UR'.split(' '),
  ...TEXT,
  ...Object.keys(NUMBERS),
]);

function valuesOf(vr: string, value: Buffer, sets: readonly string[]): JsonValue[] {
  const number = NUMBERS[vr];
  if (number !== undefined)
    return Array.from({ length: Math.floor(value.length / number.size) }, (_, i) =>
      number.read(value, i * number.size),
    );
  const text = TEXT.has(vr) || vr === 'PN' ? decodeText(value, sets) : value.toString('latin1');
  if (SINGLE.has(vr)) return trimEnd(text) === '' ? [] : [trimEnd(text)];
  if (trim(text) === '') return [];
  return text.split('\\').map((one) => stringValue(vr, trim(one)));
}

function stringValue(vr: string, value: string): JsonValue {
  if (value === '') return null;
  if (vr === 'PN') return personName(value);
  if (vr !== 'DS' && vr !== 'IS') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function personName(value: string): PersonName {
  const [alphabetic = '', ideographic = '', phonetic = ''] = value.split('=');
  return {
    ...(alphabetic === '' ? {} : { Alphabetic: alphabetic }),
    ...(ideographic === '' ? {} : { Ideographic: ideographic }),
    ...(phonetic === '' ? {} : { Phonetic: phonetic }),
  };
}

function binary(value: Buffer, uri: () => string): Omit<JsonElement, 'vr'> {
  if (value.length === 0) return {};
  if (value.length > MAX_INLINE_BINARY) return { BulkDataURI: uri() };
  return { InlineBinary: value.toString('base64') };
}

/** JSON has no such numbers (PS3.18 F.2.3.1). */
function floating(value: number): number | string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf';
}

function large(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function attributeTag(value: Buffer, at: number): string {
  return tagName(value.readUInt16LE(at) * 0x10000 + value.readUInt16LE(at + 2));
}
