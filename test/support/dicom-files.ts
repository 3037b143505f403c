/** Small DICOM files with everything that DICOMweb asks for; nothing of it is of a real person. */
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { part10Header } from '../../core/dicom/part10.ts';
import { TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { buildDataSet, type Item } from '../core/dicom/data-set-builder.ts';

export const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

export interface FileOptions {
  study: string;
  series: string;
  instance: string;
  sopClass?: string;
  accession?: string;
  modality?: string;
  studyDate?: string;
  seriesNumber?: number;
  instanceNumber?: number;
  patientName?: string;
  patientId?: string;
  transferSyntax?: string;
  /** one value of 16 bits for each pixel of each frame of 2 × 2; for JPEG one grey for each frame */
  frames?: number[][];
  more?: Item;
}

/** A file of 2 × 2 pixels a frame, or of 16 × 16 for JPEG. */
export async function dicomFile(options: FileOptions): Promise<Buffer> {
  const transferSyntaxUid = options.transferSyntax ?? TRANSFER_SYNTAX.EXPLICIT_LITTLE;
  const { sopClass: sopClassUid = SECONDARY_CAPTURE, instance: sopInstanceUid } = options;
  const header = part10Header({ sopClassUid, sopInstanceUid, transferSyntaxUid });
  const elements = headerElements(options, sopClassUid);
  const frames = options.frames ?? [[0, 1, 2, 3]];
  if (transferSyntaxUid === JPEG_BASELINE)
    return Buffer.concat([header, buildDataSet(elements), await encapsulated(frames)]);
  const pixels = Buffer.from(Uint16Array.from(frames.flat()).buffer);
  if (transferSyntaxUid === TRANSFER_SYNTAX.EXPLICIT_BIG) pixels.swap16();
  const dataSet = buildDataSet([...elements, [0x7fe00010, 'OW', pixels]], {
    transferSyntaxUid:
      transferSyntaxUid === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE
        ? TRANSFER_SYNTAX.EXPLICIT_LITTLE
        : transferSyntaxUid,
  });
  const deflated = transferSyntaxUid === TRANSFER_SYNTAX.DEFLATED_EXPLICIT_LITTLE;
  return Buffer.concat([header, deflated ? deflateRawSync(dataSet) : dataSet]);
}

/** The code stream of one frame. */
export function jpegOf(grey: number): Promise<Buffer> {
  return sharp(Buffer.alloc(SIZE * SIZE, grey), { raw: { width: SIZE, height: SIZE, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality: 100 })
    .toBuffer();
}

const SIZE = 16;

function headerElements(options: FileOptions, sopClassUid: string): Item {
  const jpeg = options.transferSyntax === JPEG_BASELINE;
  const side = jpeg ? SIZE : 2;
  const bits = jpeg ? 8 : 16;
  const standard: Item = [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', sopClassUid],
    [0x00080018, 'UI', options.instance],
    [0x00080020, 'DA', options.studyDate ?? '20240517'],
    [0x00080050, 'SH', options.accession ?? 'DW1'],
    [0x00080060, 'CS', options.modality ?? 'DX'],
    [0x00081030, 'LO', 'Sch\xe4del in 2 Ebenen'],
    [0x00100010, 'PN', options.patientName ?? 'Testfall^J\xfcrgen'],
    [0x00100020, 'LO', options.patientId ?? 'DW-PAT-1'],
    [0x00100040, 'CS', 'O'],
    [0x0020000d, 'UI', options.study],
    [0x0020000e, 'UI', options.series],
    [0x00200011, 'IS', String(options.seriesNumber ?? 1)],
    [0x00200013, 'IS', String(options.instanceNumber ?? 1)],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(options.frames?.length ?? 1)],
    [0x00280010, 'US', side],
    [0x00280011, 'US', side],
    [0x00280100, 'US', bits],
    [0x00280101, 'US', bits],
    [0x00280102, 'US', bits - 1],
    [0x00280103, 'US', 0],
    ...(options.more ?? []),
  ];
  return standard.sort(([a], [b]) => a - b);
}

/** Each frame in two fragments, with an offset table (PS3.5 A.4). */
async function encapsulated(frames: readonly number[][]): Promise<Buffer> {
  const items: Buffer[] = [];
  const offsets = Buffer.alloc(frames.length * 4);
  let at = 0;
  for (const [position, [grey = 0]] of frames.entries()) {
    offsets.writeUInt32LE(at, position * 4);
    const stream = await jpegOf(grey);
    const even = stream.length % 2 === 0 ? stream : Buffer.concat([stream, Buffer.alloc(1)]);
    for (const piece of [even.subarray(0, 100), even.subarray(100)]) {
      items.push(item(piece));
      at += 8 + piece.length;
    }
  }
  const start = Buffer.from('e07f10004f420000ffffffff', 'hex');
  return Buffer.concat([start, item(offsets), ...items, Buffer.from('feffdde000000000', 'hex')]);
}

function item(bytes: Buffer): Buffer {
  const head = Buffer.from('feff00e000000000', 'hex');
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}
