/**
 * Writes DICOM data sets in Explicit VR Little Endian (PS3.5 7.1.2) and Part 10 files (PS3.10 7.1). Small on purpose:
 * only the value representations that the simulator needs.
 */

const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** UID and version name by which files of the simulator are known (PS3.10 7.1, (0002,0012) and (0002,0013)). */
export const IMPLEMENTATION_CLASS_UID = '2.25.209342886715440924263711309521713742173';
export const IMPLEMENTATION_VERSION_NAME = 'INTERLEAVE_SIM_1';

export type TextVr =
  | 'AE' | 'AS' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'LT' | 'PN' | 'SH' | 'ST' | 'TM' | 'UI' | 'UT'; // biome-ignore format: a list
export type DataElement =
  | { tag: number; vr: TextVr; value: string | readonly string[] }
  | { tag: number; vr: 'US'; value: number | readonly number[] }
  | { tag: number; vr: 'SS'; value: number }
  | { tag: number; vr: 'OW' | 'OB'; value: Buffer }
  | { tag: number; vr: 'SQ'; items: readonly (readonly DataElement[])[] };

export type CharacterSet = 'ISO_IR 100' | 'ISO_IR 192';

/** `text(0x00100010, 'PN', 'Oak-Phantom^Ada')` */
export function text(tag: number, vr: TextVr, value: string | readonly string[]): DataElement {
  return { tag, vr, value };
}

export function unsigned(tag: number, ...values: number[]): DataElement {
  return { tag, vr: 'US', value: values };
}

export function sequence(tag: number, ...items: (readonly DataElement[])[]): DataElement {
  return { tag, vr: 'SQ', items };
}

/** The elements in order of their tags. */
export function writeDataSet(elements: readonly DataElement[], characterSet: CharacterSet): Buffer {
  const encoding = characterSet === 'ISO_IR 192' ? 'utf8' : 'latin1';
  const ordered = [...elements].sort((a, b) => a.tag - b.tag);
  return Buffer.concat(ordered.flatMap((element) => writeElement(element, characterSet, encoding)));
}

/** A Part 10 file: preamble, prefix, file meta information and the data set. */
export function writePart10(file: {
  sopClassUid: string;
  sopInstanceUid: string;
  sourceAeTitle: string;
  dataSet: Buffer;
}): Buffer {
  const meta = writeDataSet(
    [
      { tag: 0x00020001, vr: 'OB', value: Buffer.from([0, 1]) },
      text(0x00020002, 'UI', file.sopClassUid),
      text(0x00020003, 'UI', file.sopInstanceUid),
      text(0x00020010, 'UI', EXPLICIT_VR_LITTLE_ENDIAN),
      text(0x00020012, 'UI', IMPLEMENTATION_CLASS_UID),
      text(0x00020013, 'SH', IMPLEMENTATION_VERSION_NAME),
      text(0x00020016, 'AE', file.sourceAeTitle),
    ],
    'ISO_IR 100',
  );
  const groupLength = Buffer.alloc(12);
  groupLength.writeUInt16LE(0x0002, 0);
  groupLength.write('UL', 4, 'latin1');
  groupLength.writeUInt16LE(4, 6);
  groupLength.writeUInt32LE(meta.length, 8);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1'), groupLength, meta, file.dataSet]);
}

/** Value representations with a 32-bit length (PS3.5 table 7.1-1). */
const LONG_LENGTH = new Set(['OB', 'OW', 'SQ', 'UT']);

function writeElement(
  element: DataElement,
  characterSet: CharacterSet,
  encoding: 'utf8' | 'latin1',
): Buffer[] {
  const value = elementValue(element, characterSet, encoding);
  const long = LONG_LENGTH.has(element.vr);
  const header = Buffer.alloc(long ? 12 : 8);
  header.writeUInt16LE(element.tag >>> 16, 0);
  header.writeUInt16LE(element.tag & 0xffff, 2);
  header.write(element.vr, 4, 'latin1');
  if (long) header.writeUInt32LE(value.length, 8);
  else header.writeUInt16LE(value.length, 6);
  return [header, value];
}

function elementValue(element: DataElement, characterSet: CharacterSet, encoding: 'utf8' | 'latin1'): Buffer {
  switch (element.vr) {
    case 'US': {
      const values = typeof element.value === 'number' ? [element.value] : element.value;
      const bytes = Buffer.alloc(values.length * 2);
      for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
      return bytes;
    }
    case 'SS': {
      const bytes = Buffer.alloc(2);
      bytes.writeInt16LE(element.value);
      return bytes;
    }
    case 'OW':
    case 'OB':
      return padded(element.value, 0);
    case 'SQ':
      return Buffer.concat(element.items.flatMap((item) => writeItem(writeDataSet(item, characterSet))));
    default: {
      const joined = typeof element.value === 'string' ? element.value : element.value.join('\\');
      return padded(Buffer.from(joined, encoding), element.vr === 'UI' ? 0 : 0x20);
    }
  }
}

/** An item of defined length (PS3.5 7.5.1). */
function writeItem(content: Buffer): Buffer[] {
  const header = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  header.writeUInt32LE(content.length, 4);
  return [header, content];
}

/** Values have an even length (PS3.5 6.2). */
function padded(value: Buffer, padding: number): Buffer {
  return value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from([padding])]);
}
