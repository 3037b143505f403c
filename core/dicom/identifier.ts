/**
 * The identifiers of queries and retrievals (PS3.4 C.2.2, C.4.2.1.4): small data sets in Implicit VR Little Endian, which
 * every query context has to take (PS3.5 10.1). We ask for keys of the default repertoire only, so what we write is ASCII;
 * of answers only what was asked for is kept.
 */
import { InterleaveError } from '../errors.ts';
import type { DataSet, Tag } from './data-set.ts';
import { DataSetReader } from './data-set-reader.ts';
import { MAX_IDENTIFIER_LENGTH } from './limits.ts';
import { TRANSFER_SYNTAX } from './uids.ts';

/** The keys of our queries (PS3.4 C.6.2.1) and of the answers to retrievals. */
export const KEY = {
  SOP_CLASS: 0x00080016,
  SOP_INSTANCE: 0x00080018,
  STUDY_DATE: 0x00080020,
  STUDY_TIME: 0x00080030,
  LEVEL: 0x00080052,
  FAILED_SOP_INSTANCES: 0x00080058,
  MODALITY: 0x00080060,
  MODALITIES_IN_STUDY: 0x00080061,
  STUDY: 0x0020000d,
  SERIES: 0x0020000e,
  STUDY_INSTANCES: 0x00201208,
} as const satisfies Record<string, Tag>;

export type QueryLevel = 'STUDY' | 'SERIES' | 'IMAGE';

/** The value to be matched; '' for a key whose value is wanted; several values of a UID with `\` between them. */
export type Keys = ReadonlyMap<Tag, string>;

/** Throws DICOM_DATA_SET_TOO_LARGE, where a list of UIDs is too long. */
export function encodeIdentifier(level: QueryLevel, keys: Keys): Buffer {
  const all = [...keys, [KEY.LEVEL, level] as const].sort(([a], [b]) => a - b);
  const bytes = Buffer.concat(all.map(([tag, value]) => element(tag, value)));
  if (bytes.length > MAX_IDENTIFIER_LENGTH) throw new InterleaveError('DICOM_DATA_SET_TOO_LARGE');
  return bytes;
}

/** The values of some keys, as far as an answer has them. Throws DICOM_DATA_SET_UNREADABLE. */
export function decodeIdentifier(bytes: Buffer, wanted: Iterable<Tag>): DataSet {
  const reader = new DataSetReader(TRANSFER_SYNTAX.IMPLICIT_LITTLE, {
    values: new Set(wanted),
    sequences: new Set(),
  });
  reader.push(bytes);
  reader.end();
  return reader.dataSet;
}

/** Values of these are padded with a NUL (PS3.5 9.1), all others with a space. */
const UIDS: ReadonlySet<Tag> = new Set([KEY.SOP_CLASS, KEY.SOP_INSTANCE, KEY.STUDY, KEY.SERIES]);

function element(tag: Tag, value: string): Buffer {
  const padded = value.length % 2 === 0 ? value : value + (UIDS.has(tag) ? '\0' : ' ');
  const bytes = Buffer.alloc(8 + padded.length);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes.writeUInt32LE(padded.length, 4);
  bytes.write(padded, 8, 'latin1');
  return bytes;
}
