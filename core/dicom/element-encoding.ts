/** How the headers of data elements are written (PS3.5 7.1.2, 7.1.3, 7.5), for all that reads data sets. */
import type { Tag } from './data-set.ts';
import { TRANSFER_SYNTAX } from './uids.ts';

/** How a data set is encoded (PS3.5 A.1 to A.4). */
export interface Encoding {
  explicit: boolean;
  littleEndian: boolean;
}

type ByteOrder = Pick<Encoding, 'littleEndian'>;

/** Encapsulated and deflated data sets, once they are inflated, are Explicit VR Little Endian. */
export function encodingOf(transferSyntaxUid: string): Encoding {
  return {
    explicit: transferSyntaxUid !== TRANSFER_SYNTAX.IMPLICIT_LITTLE,
    littleEndian: transferSyntaxUid !== TRANSFER_SYNTAX.EXPLICIT_BIG,
  };
}

/** A sequence in UN is written so, whatever the data set around it is (PS3.5 6.2.2 note 2). */
export const IMPLICIT: Encoding = { explicit: false, littleEndian: true };

/** Items and delimiters are of this group; they have no VR in any encoding. */
export const DELIMITERS = 0xfffe;
export const ITEM: Tag = 0xfffee000;
export const ITEM_END: Tag = 0xfffee00d;
export const SEQUENCE_END: Tag = 0xfffee0dd;

/** A length that is not said: a delimiter ends the value. */
export const UNDEFINED_LENGTH = 0xffffffff;

/**
 * The first of Float, Double Float and integer Pixel Data, which end a data set for us. A group length and extended offset
 * tables, of the same group, stand before.
 */
export const FIRST_PIXEL_DATA: Tag = 0x7fe00008;

/** VRs with a two-byte length (PS3.5 7.1.2); all others have two reserved bytes and a four-byte length. */
export const SHORT_VRS: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);

export function readTag(bytes: Buffer, at: number, { littleEndian }: ByteOrder): Tag {
  const group = littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const element = littleEndian ? bytes.readUInt16LE(at + 2) : bytes.readUInt16BE(at + 2);
  return group * 0x10000 + element;
}

/** A length of four bytes. */
export function readLength(bytes: Buffer, at: number, { littleEndian }: ByteOrder): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
