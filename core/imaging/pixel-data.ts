import { type Encoding, ITEM, readLength, readTag, UNDEFINED_LENGTH } from '../dicom/element-encoding.ts';
import { InterleaveError } from '../errors.ts';
import { MAX_FRAGMENTS } from './limits.ts';

/** The value of the Pixel Data element (7FE0,0010). */
export type PixelData =
  /** `words`: written as 16-bit words (OW), not bytes */
  { encapsulated: false; value: Buffer; words: boolean } | { encapsulated: true; frames: Buffer[] };

const PIXEL_DATA = 0x7fe00010;

/**
 * Reads the element that begins at `at`: native, the bytes of all frames; encapsulated, the bytes of each frame. A value
 * that is cut off gives what is there.
 * @throws InterleaveError IMAGE_UNDECODABLE when it is another element, or its fragments cannot be put together
 */
export function readPixelData(bytes: Buffer, at: number, encoding: Encoding, frames: number): PixelData {
  const headerLength = encoding.explicit ? 12 : 8;
  if (at + headerLength > bytes.length || readTag(bytes, at, encoding) !== PIXEL_DATA)
    throw undecodable('It has no integer pixel data.');
  const vr = encoding.explicit ? bytes.toString('latin1', at + 4, at + 6) : 'OW';
  const length = readLength(bytes, at + headerLength - 4, encoding);
  const start = at + headerLength;
  if (length !== UNDEFINED_LENGTH)
    return { encapsulated: false, value: bytes.subarray(start, start + length), words: vr === 'OW' };
  return { encapsulated: true, frames: joinFragments(readFragments(bytes, start), frames) };
}

interface Fragment {
  /** of its item, counted from the first byte after the offset table */
  offset: number;
  data: Buffer;
}

interface Fragments {
  offsets: number[];
  fragments: Fragment[];
}

/** PS3.5 A.4: the basic offset table, then fragments; always little endian. */
function readFragments(bytes: Buffer, start: number): Fragments {
  const table = itemAt(bytes, start);
  if (table === null) throw undecodable('Its pixel data have no offset table.');
  const offsets = Array.from({ length: Math.floor(table.length / 4) }, (_, i) => table.readUInt32LE(i * 4));
  const first = start + 8 + table.length;
  const fragments: Fragment[] = [];
  for (let at = first; ; ) {
    const data = itemAt(bytes, at);
    if (data === null) break;
    if (fragments.length >= MAX_FRAGMENTS) throw undecodable('Its pixel data have too many fragments.');
    fragments.push({ offset: at - first, data });
    at += 8 + data.length;
  }
  if (fragments.length === 0) throw undecodable('Its pixel data are empty.');
  return { offsets, fragments };
}

/** The value of the item at a place; null where there is none (the sequence delimiter, or the end). */
function itemAt(bytes: Buffer, at: number): Buffer | null {
  if (at + 8 > bytes.length || readTag(bytes, at, { littleEndian: true }) !== ITEM) return null;
  const length = bytes.readUInt32LE(at + 4);
  return bytes.subarray(at + 8, at + 8 + length);
}

function joinFragments({ offsets, fragments }: Fragments, frames: number): Buffer[] {
  const marked = fragments.map((fragment) => ({ ...fragment, begins: beginsCodeStream(fragment.data) }));
  return groupFragments(offsets, marked, frames).map((group) =>
    group.length === 1 && group[0] !== undefined
      ? group[0].data
      : Buffer.concat(group.map(({ data }) => data)),
  );
}

/**
 * The fragments of each frame (PS3.5 A.4). One frame: all of them. As many as frames: one each. Otherwise the offset table
 * says where frames begin (offsets count from the first byte after it), or, where it is empty, the first bytes of a code
 * stream do (`begins`).
 * @throws InterleaveError IMAGE_UNDECODABLE when they do not make up the frames
 */
export function groupFragments<F extends { offset: number; begins: boolean }>(
  offsets: readonly number[],
  fragments: readonly F[],
  frames: number,
): F[][] {
  if (frames === 1) return [[...fragments]];
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  const starts = new Set(offsets);
  const groups: F[][] = [];
  for (const fragment of fragments) {
    const first = offsets.length === frames ? starts.has(fragment.offset) : fragment.begins;
    if (first) groups.push([]);
    groups.at(-1)?.push(fragment);
  }
  if (groups.length !== frames) throw undecodable('Its fragments do not make up its frames.');
  return groups;
}

/** SOI of JPEG and JPEG-LS, SOC of JPEG 2000. */
export function beginsCodeStream(data: Buffer): boolean {
  const marker = data.length < 2 ? 0 : data.readUInt16BE(0);
  return marker === 0xffd8 || marker === 0xff4f;
}

function undecodable(detail: string): InterleaveError {
  return new InterleaveError('IMAGE_UNDECODABLE', detail);
}
