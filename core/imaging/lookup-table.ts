import type { DataSet, Tag } from '../dicom/data-set.ts';

/** Modality, VOI or palette lookup table (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.5). */
export interface LookupTable {
  /** the stored value that the first entry stands for; values outside take the first or last entry */
  first: number;
  entries: Uint16Array;
  /** bits of an entry */
  bits: number;
}

/** Null where the table is absent or shorter than it says. `signed`: is the first value a signed one? */
export function readLookupTable(
  dataSet: DataSet,
  descriptor: Tag,
  data: Tag,
  signed: boolean,
): LookupTable | null {
  const head = dataSet.values.get(descriptor);
  const body = dataSet.values.get(data);
  if (head === undefined || body === undefined || head.length < 6) return null;
  const short = (bytes: Buffer, at: number) =>
    dataSet.littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const count = short(head, 0) || 65_536;
  const first = signed ? (short(head, 2) << 16) >> 16 : short(head, 2);
  const bits = short(head, 4);
  if (bits < 1 || bits > 16) return null;
  // Entries of 8 bits come one or two to a word; the length tells which.
  const packed = bits <= 8 && body.length < count * 2;
  if (body.length < (packed ? count : count * 2)) return null;
  const entries = Uint16Array.from({ length: count }, (_, i) =>
    packed ? body.readUInt8(i) : short(body, i * 2),
  );
  return { first, entries, bits };
}

/** The entry for a stored value. */
export function look({ first, entries }: LookupTable, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, Math.round(value) - first))] ?? 0;
}

/** The entry for a stored value, as 0…255. */
export function lookByte(table: LookupTable, value: number): number {
  return Math.round((look(table, value) * 255) / (2 ** table.bits - 1));
}
