/** The elements of a data set that were asked for, and how their values are read (PS3.5 6.2). */
import { decodeText } from './character-set.ts';
import { trim } from './padding.ts';

/** A data element tag as one number: (0008,0018) is 0x00080018. */
export type Tag = number;

export class DataSet {
  readonly values = new Map<Tag, Buffer>();
  readonly sequences = new Map<Tag, DataSet[]>();
  readonly littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  /** A value of the default repertoire (CS, DA, IS, UI …), without padding; '' where absent. */
  string(tag: Tag): string {
    return trim(this.values.get(tag)?.toString('latin1') ?? '');
  }

  /** The values of a multi-valued string; none where absent or empty. */
  strings(tag: Tag): string[] {
    const whole = this.string(tag);
    return whole === '' ? [] : whole.split('\\').map(trim);
  }

  /** Text (LO, PN, SH, ST, UT …) in the character sets of (0008,0005). */
  text(tag: Tag, characterSets: readonly string[]): string {
    const value = this.values.get(tag);
    return value === undefined ? '' : trim(decodeText(value, characterSets));
  }

  /** The first of an integer string (IS), null where absent or no integer of 32 bits (PS3.5 6.2). */
  integer(tag: Tag): number | null {
    const first = this.strings(tag)[0] ?? '';
    const value = Number(first);
    return /^[+-]?[0-9]{1,12}$/.test(first) && value === (value | 0) ? value : null;
  }

  /** An unsigned short (US), null where absent. */
  unsignedShort(tag: Tag): number | null {
    const value = this.values.get(tag);
    if (value === undefined || value.length < 2) return null;
    return this.littleEndian ? value.readUInt16LE(0) : value.readUInt16BE(0);
  }

  /** The items of a sequence; none where it is absent. */
  items(tag: Tag): readonly DataSet[] {
    return this.sequences.get(tag) ?? [];
  }
}
