import { sizeOfJpegXl } from './jpeg-xl-size.ts';

/** The size that a compressed frame says of itself; a decoder makes room for it before it looks at anything else. */
export interface CodeStreamSize {
  width: number;
  height: number;
}

/**
 * Reads the frame header of JPEG and JPEG-LS (SOFn, ISO/IEC 10918-1 B.2.2, 14495-1 C.2.2), the SIZ segment of JPEG 2000
 * (ISO/IEC 15444-1 A.5.1) or the SizeHeader of JPEG XL (ISO/IEC 18181-1 D.2), the last two also in their file formats. Null
 * where there is none; RLE has none.
 */
export function codeStreamSize(frame: Buffer): CodeStreamSize | null {
  const stream = frame.length >= 8 && frame.readUInt16BE(0) === 0 ? streamInBox(frame) : frame;
  if (stream === null || stream.length < 4) return null;
  switch (stream.readUInt16BE(0)) {
    case 0xff4f:
      return sizeOfJpeg2000(stream);
    case 0xffd8:
      return sizeOfJpeg(stream);
    case 0xff0a:
      return sizeOfJpegXl(stream);
    default:
      return null;
  }
}

/** File formats have it in a box (ISO/IEC 15444-1 I.4, 18181-2 9): a length, a type, and the content. */
function streamInBox(frame: Buffer): Buffer | null {
  for (let at = 0, box = 0; at + 8 <= frame.length && box < MAX_BOXES; box++) {
    const length = frame.readUInt32BE(at);
    const before = STREAM_BOXES.get(frame.toString('latin1', at + 4, at + 8));
    // 1: a length of 64 bits follows.
    if (before !== undefined) return frame.subarray(at + (length === 1 ? 16 : 8) + before);
    if (length < 8) return null;
    at += length;
  }
  return null;
}

/** Boxes that are looked at for the one with the code stream. */
const MAX_BOXES = 64;

/** Boxes that hold a code stream, and how far behind their header it begins: `jxlp` has a number first. */
const STREAM_BOXES: ReadonlyMap<string, number> = new Map([
  ['jp2c', 0],
  ['jxlc', 0],
  ['jxlp', 4],
]);

function sizeOfJpeg2000(frame: Buffer): CodeStreamSize | null {
  if (frame.length < 24 || frame.readUInt16BE(2) !== 0xff51) return null;
  return {
    width: frame.readUInt32BE(8) - frame.readUInt32BE(16),
    height: frame.readUInt32BE(12) - frame.readUInt32BE(20),
  };
}

function sizeOfJpeg(frame: Buffer): CodeStreamSize | null {
  for (const { marker, data } of segments(frame))
    if (isStartOfFrame(marker) && data.length >= 5)
      return { height: data.readUInt16BE(1), width: data.readUInt16BE(3) };
  return null;
}

/** Does each component have a scan of its own? Then a JPEG-LS decoder gives all red, all green, all blue. */
export function hasSeparateScans(frame: Buffer): boolean {
  for (const { marker, data } of segments(frame)) if (marker === START_OF_SCAN) return data[0] === 1;
  return false;
}

/**
 * Are the colours of this JPEG luminance and chrominance, whatever the data set says? JFIF says yes; Adobe's segment says
 * (ISO/IEC 10918-6, 6.5.3); null where neither stands there.
 */
export function isLuminanceChrominance(frame: Buffer): boolean | null {
  for (const { marker, data } of segments(frame)) {
    if (marker === APP0 && data.toString('latin1', 0, 5) === 'JFIF\0') return true;
    if (marker === APP14 && data.toString('latin1', 0, 5) === 'Adobe' && data.length >= 12)
      return data[11] !== 0;
  }
  return null;
}

const APP0 = 0xe0;
const APP14 = 0xee;
const START_OF_SCAN = 0xda;

/** The marker segments of a JPEG or JPEG-LS code stream, up to and with the start of the first scan. */
function* segments(frame: Buffer): Generator<{ marker: number; data: Buffer }> {
  for (let at = 2; at + 4 <= frame.length && frame[at] === 0xff; ) {
    const marker = frame[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = frame.readUInt16BE(at + 2);
    yield { marker, data: frame.subarray(at + 4, at + 2 + length) };
    if (marker === START_OF_SCAN || length < 2) return;
    at += 2 + length;
  }
}

/** SOF0…SOF15 without DHT, JPG and DAC, and SOF55 of JPEG-LS. */
function isStartOfFrame(marker: number): boolean {
  return marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));
}
