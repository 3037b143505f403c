import dcmjsCodecs from 'dcmjs-codecs';
import { InterleaveError } from '../errors.ts';
import { codeStreamSize, hasSeparateScans, isLuminanceChrominance } from './code-stream.ts';
import type { ImagePixel } from './image-pixel.ts';
import { checkRleSegments } from './rle-segments.ts';

const { Context, log, NativeCodecs } = dcmjsCodecs;
type Decoded = InstanceType<typeof Context>;

const SYNTAX = '1.2.840.10008.1.2';
const RLE = `${SYNTAX}.5`;

/** Which codec reads which transfer syntax (PS3.5 A.4). Video (MPEG, HEVC) is not read. */
const CODECS: Readonly<Record<string, (context: Decoded) => Decoded>> = {
  [RLE]: (context) => NativeCodecs.decodeRle(context),
  [`${SYNTAX}.4.50`]: decodeJpeg,
  [`${SYNTAX}.4.51`]: decodeJpeg,
  [`${SYNTAX}.4.57`]: decodeJpeg,
  [`${SYNTAX}.4.70`]: decodeJpeg,
  [`${SYNTAX}.4.80`]: decodeJpegLs,
  [`${SYNTAX}.4.81`]: decodeJpegLs,
  [`${SYNTAX}.4.90`]: (context) => NativeCodecs.decodeJpeg2000(context),
  [`${SYNTAX}.4.91`]: (context) => NativeCodecs.decodeJpeg2000(context),
  [`${SYNTAX}.4.110`]: (context) => NativeCodecs.decodeJpegXl(context),
  [`${SYNTAX}.4.111`]: (context) => NativeCodecs.decodeJpegXl(context),
  [`${SYNTAX}.4.112`]: (context) => NativeCodecs.decodeJpegXl(context),
  [`${SYNTAX}.4.201`]: (context) => NativeCodecs.decodeHtJpeg2000(context),
  [`${SYNTAX}.4.202`]: (context) => NativeCodecs.decodeHtJpeg2000(context),
  [`${SYNTAX}.4.203`]: (context) => NativeCodecs.decodeHtJpeg2000(context),
};

/**
 * Decompresses one frame with the codecs of `dcmjs-codecs` (WebAssembly). Gives its native bytes, little endian, and the
 * pixel description that now holds.
 * @throws InterleaveError IMAGE_TRANSFER_SYNTAX_UNSUPPORTED, IMAGE_UNDECODABLE
 */
export async function decompress(
  frame: Buffer,
  transferSyntaxUid: string,
  pixel: ImagePixel,
): Promise<{ bytes: Buffer; pixel: ImagePixel }> {
  const codec = CODECS[transferSyntaxUid];
  if (codec === undefined) throw new InterleaveError('IMAGE_TRANSFER_SYNTAX_UNSUPPORTED');
  if (transferSyntaxUid === RLE) checkRleSegments(frame, pixel);
  else checkSize(frame, pixel);
  await ready();
  try {
    return describe(codec(contextOf(frame, pixel)), pixel);
  } catch (cause) {
    // What a codec threw out of may have left its memory in disorder.
    NativeCodecs.release();
    throw cause instanceof InterleaveError
      ? cause
      : new InterleaveError('IMAGE_UNDECODABLE', undefined, { cause });
  }
}

/** Before a decoder makes room for what the frame says of itself. */
function checkSize(frame: Buffer, pixel: ImagePixel): void {
  const size = codeStreamSize(frame);
  if (size === null) throw new InterleaveError('IMAGE_UNDECODABLE', 'Its code stream says no size.');
  if (size.width !== pixel.columns || size.height !== pixel.rows)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'Its code stream has another size.');
}

async function ready(): Promise<void> {
  if (NativeCodecs.isInitialized()) return;
  log.setLevel('silent');
  await NativeCodecs.initializeAsync();
}

/** Some senders write RGB in the data set and luminance with chrominance in the code stream. */
function decodeJpeg(context: Decoded): Decoded {
  const isRgb = context.getPhotometricInterpretation() === 'RGB';
  if (isRgb && isLuminanceChrominance(encoded(context)) === true)
    context.setPhotometricInterpretation('YBR_FULL_422');
  const convertColorspaceToRgb = context.getPhotometricInterpretation() !== 'RGB';
  return NativeCodecs.decodeJpeg(context, { convertColorspaceToRgb });
}

function decodeJpegLs(context: Decoded): Decoded {
  const planar = context.getSamplesPerPixel() === 3 && hasSeparateScans(encoded(context));
  const decoded = NativeCodecs.decodeJpegLs(context);
  decoded.setPlanarConfiguration(planar ? 1 : 0);
  return decoded;
}

function encoded(context: Decoded): Buffer {
  return Buffer.from(context.getEncodedBuffer() ?? []);
}

function contextOf(frame: Buffer, pixel: ImagePixel): Decoded {
  return new Context({
    width: pixel.columns,
    height: pixel.rows,
    bitsAllocated: pixel.bitsAllocated,
    bitsStored: pixel.bitsStored,
    samplesPerPixel: pixel.samplesPerPixel,
    pixelRepresentation: pixel.signed ? 1 : 0,
    planarConfiguration: pixel.planar ? 1 : 0,
    photometricInterpretation: pixel.photometricInterpretation,
    encodedBuffer: frame,
  });
}

function describe(decoded: Decoded, pixel: ImagePixel): { bytes: Buffer; pixel: ImagePixel } {
  const buffer = decoded.getDecodedBuffer() ?? new Uint8Array();
  const samples = pixel.columns * pixel.rows * pixel.samplesPerPixel;
  const bitsAllocated = Math.floor(buffer.length / samples) * 8;
  if (![8, 16, 32].includes(bitsAllocated) || bitsAllocated < pixel.bitsStored)
    throw new InterleaveError('IMAGE_UNDECODABLE', 'Its code stream has another size.');
  const photometric = decoded.getPhotometricInterpretation() ?? pixel.photometricInterpretation;
  return {
    bytes: Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength),
    pixel: {
      ...pixel,
      bitsAllocated,
      highBit: Math.min(pixel.highBit, bitsAllocated - 1),
      planar: decoded.getPlanarConfiguration() === 1,
      photometricInterpretation: afterDecoding(photometric),
    },
  };
}

/** JPEG 2000 decoders undo the component transformation that these name (PS3.3 C.7.6.3.1.2). */
function afterDecoding(photometric: string): string {
  return photometric === 'YBR_RCT' || photometric === 'YBR_ICT' ? 'RGB' : photometric;
}
