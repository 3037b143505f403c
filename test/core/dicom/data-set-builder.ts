/** Writes small data sets for tests, in any of the three plain encodings. */
import type { Tag } from '../../../core/dicom/data-set.ts';
import { TRANSFER_SYNTAX } from '../../../core/dicom/uids.ts';

export type Value = string | Buffer | number | Item[];
export type Item = [tag: Tag, vr: string, value: Value][];

export interface BuildOptions {
  transferSyntaxUid?: string;
  /** sequences and items with delimiters in place of lengths */
  undefinedLength?: boolean;
}

const LONG_VRS = new Set(['OB', 'OW', 'SQ', 'UC', 'UN', 'UT']);

export function buildDataSet(elements: Item, options: BuildOptions = {}): Buffer {
  return Buffer.concat(elements.map(([tag, vr, value]) => buildElement(tag, vr, value, options)));
}

export function buildElement(tag: Tag, vr: string, value: Value, options: BuildOptions = {}): Buffer {
  const syntax = options.transferSyntaxUid ?? TRANSFER_SYNTAX.EXPLICIT_LITTLE;
  const bytes = Array.isArray(value) ? buildItems(value, options) : scalar(value, vr, syntax);
  const isUndefined = Array.isArray(value) && options.undefinedLength === true;
  return Buffer.concat([buildHeader(tag, vr, isUndefined ? 0xffffffff : bytes.length, syntax), bytes]);
}

export function buildHeader(tag: Tag, vr: string, length: number, syntax: string): Buffer {
  const explicit = syntax !== TRANSFER_SYNTAX.IMPLICIT_LITTLE;
  const parts = [u16(tag >>> 16, syntax), u16(tag & 0xffff, syntax)];
  if (!explicit || tag >>> 16 === 0xfffe) parts.push(u32(length, syntax));
  else if (LONG_VRS.has(vr)) parts.push(Buffer.from(`${vr}\0\0`), u32(length, syntax));
  else parts.push(Buffer.from(vr), u16(length, syntax));
  return Buffer.concat(parts);
}

function buildItems(items: Item[], options: BuildOptions): Buffer {
  const syntax = options.transferSyntaxUid ?? TRANSFER_SYNTAX.EXPLICIT_LITTLE;
  const open = options.undefinedLength === true;
  const built = items.map((item) => {
    const body = buildDataSet(item, options);
    const end = open ? buildHeader(0xfffee00d, '', 0, syntax) : Buffer.alloc(0);
    return Buffer.concat([buildHeader(0xfffee000, '', open ? 0xffffffff : body.length, syntax), body, end]);
  });
  return Buffer.concat([...built, open ? buildHeader(0xfffee0dd, '', 0, syntax) : Buffer.alloc(0)]);
}

function scalar(value: string | Buffer | number, vr: string, syntax: string): Buffer {
  if (typeof value === 'number') return u16(value, syntax);
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  if (bytes.length % 2 === 0) return bytes;
  return Buffer.concat([bytes, Buffer.from(vr === 'UI' || vr === 'OB' ? '\0' : ' ')]);
}

function u16(value: number, syntax: string): Buffer {
  const bytes = Buffer.alloc(2);
  if (syntax === TRANSFER_SYNTAX.EXPLICIT_BIG) bytes.writeUInt16BE(value);
  else bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number, syntax: string): Buffer {
  const bytes = Buffer.alloc(4);
  if (syntax === TRANSFER_SYNTAX.EXPLICIT_BIG) bytes.writeUInt32BE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}

/** Cuts bytes into pieces at the given places (as fractions), in order. */
export function cut(bytes: Buffer, fractions: readonly number[]): Buffer[] {
  const places = [...new Set(fractions.map((f) => Math.floor(f * bytes.length)))].sort((a, b) => a - b);
  const edges = [0, ...places, bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index] ?? 0, end));
}
