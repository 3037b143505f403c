/** In which form a frame goes to a client (PS3.18 8.7.3, Tables 8.7.3-4 and 8.7.3-5). */
import { TRANSFER_SYNTAX } from '../dicom/uids.ts';
import { type MediaRange, takes } from './media-type.ts';

/** How a frame is answered: as it is stored, or decoded to native pixels in little endian. */
export interface FrameForm {
  decoded: boolean;
  /** of each part */
  contentType: string;
  /** one part alone, without multipart framing */
  bare: boolean;
}

const SYNTAX = '1.2.840.10008.1.2';
const OCTETS = 'application/octet-stream';

/** The names of each code stream; the first is the standard's. */
const IMAGE_TYPES: readonly (readonly [names: readonly string[], syntaxes: readonly string[]])[] = [
  [['image/jpeg'], ['.4.50', '.4.51', '.4.57', '.4.70']],
  [
    ['image/jls', 'image/x-jls'],
    ['.4.80', '.4.81'],
  ],
  [['image/jp2'], ['.4.90', '.4.91']],
  [['image/jpx'], ['.4.92', '.4.93']],
  [
    ['image/jphc', 'image/jhc'],
    ['.4.201', '.4.202', '.4.203'],
  ],
  [['image/jxl'], ['.4.110', '.4.111', '.4.112']],
  [['image/dicom-rle', 'image/x-dicom-rle'], ['.5']],
  [['video/mpeg'], ['.4.100', '.4.101']],
  [['video/mp4'], ['.4.102', '.4.103', '.4.104', '.4.105', '.4.106', '.4.107', '.4.108']],
];

/** Pixels that a client gets as they are when it asks for Explicit VR Little Endian: only the headers differ. */
const LITTLE_ENDIAN: ReadonlySet<string> = new Set([
  TRANSFER_SYNTAX.IMPLICIT_LITTLE,
  TRANSFER_SYNTAX.EXPLICIT_LITTLE,
  TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE,
  '1.2.840.10008.1.2.1.98',
]);

/** The form that the client wants most and that can be given; null for none (406). */
export function chooseFrameForm(
  accepted: readonly MediaRange[],
  stored: string,
  count: number,
): FrameForm | null {
  for (const range of accepted) {
    const form = frameForm(range, stored);
    if (form !== null && (range.multipart || range.type === '*/*' || count === 1))
      return { ...form, bare: !range.multipart && range.type !== '*/*' };
  }
  return null;
}

/** Native pixels in little endian, whatever the headers around them are. */
export function isNativeLittleEndian(transferSyntaxUid: string): boolean {
  return LITTLE_ENDIAN.has(transferSyntaxUid);
}

function frameForm(range: MediaRange, stored: string): Omit<FrameForm, 'bare'> | null {
  const { transferSyntax } = range;
  const native = isNativeLittleEndian(stored);
  const names = IMAGE_TYPES.find(([, syntaxes]) =>
    syntaxes.some((syntax) => `${SYNTAX}${syntax}` === stored),
  )?.[0];
  const image = names?.find((name) => takes(range, name));
  const asStored = { decoded: false, contentType: withSyntax(OCTETS, stored) };
  const plain = { decoded: !native, contentType: withSyntax(OCTETS, TRANSFER_SYNTAX.EXPLICIT_LITTLE) };
  if (range.type === '*/*') {
    if (names !== undefined && (transferSyntax === '*' || transferSyntax === stored))
      return { decoded: false, contentType: withSyntax(names[0] ?? OCTETS, stored) };
    return transferSyntax === null || transferSyntax === '*' || isPlain(transferSyntax) ? plain : null;
  }
  if (takes(range, OCTETS)) {
    if (transferSyntax === null || isPlain(transferSyntax)) return plain;
    if (transferSyntax === '*') return native || names === undefined ? plain : asStored;
    return transferSyntax === stored ? asStored : null;
  }
  if (image === undefined || (transferSyntax !== null && transferSyntax !== '*' && transferSyntax !== stored))
    return null;
  return { decoded: false, contentType: withSyntax(image, stored) };
}

function isPlain(transferSyntax: string): boolean {
  return transferSyntax === TRANSFER_SYNTAX.EXPLICIT_LITTLE;
}

function withSyntax(type: string, transferSyntaxUid: string): string {
  return `${type}; transfer-syntax=${transferSyntaxUid}`;
}
