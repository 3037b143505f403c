/**
 * What is needed to show the pixels of an object: the Image Pixel module (PS3.3 C.7.6.3), the modality and VOI
 * transformations (C.11.1, C.11.2), pixel padding (C.7.5.1.1.2), and their places in multi-frame functional groups.
 */
import type { DataSet, Tag } from '../dicom/data-set.ts';
import type { Wanted } from '../dicom/data-set-reader.ts';
import { InterleaveError } from '../errors.ts';
import { type LookupTable, readLookupTable } from './lookup-table.ts';
import type { Window } from './window.ts';

/** The same for all frames. */
export interface ImagePixel {
  rows: number;
  columns: number;
  frames: number;
  samplesPerPixel: 1 | 3;
  /** MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB, YBR_FULL, … */
  photometricInterpretation: string;
  /** true: all red, then all green, then all blue */
  planar: boolean;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** stored values that are no part of the image, both ends included */
  padding: readonly [low: number, high: number] | null;
  palette: readonly [red: LookupTable, green: LookupTable, blue: LookupTable] | null;
  /** (0028,6010), counted from 1 */
  representativeFrame: number | null;
}

/** How the grey values of one frame become what is shown. */
export interface GreyScale {
  slope: number;
  intercept: number;
  modalityTable: LookupTable | null;
  /** the first of several; null where the object has none */
  window: Window | null;
  voiTable: LookupTable | null;
}

const TAG = {
  SAMPLES_PER_PIXEL: 0x00280002,
  PHOTOMETRIC_INTERPRETATION: 0x00280004,
  PLANAR_CONFIGURATION: 0x00280006,
  NUMBER_OF_FRAMES: 0x00280008,
  ROWS: 0x00280010,
  COLUMNS: 0x00280011,
  BITS_ALLOCATED: 0x00280100,
  BITS_STORED: 0x00280101,
  HIGH_BIT: 0x00280102,
  PIXEL_REPRESENTATION: 0x00280103,
  PADDING_VALUE: 0x00280120,
  PADDING_LIMIT: 0x00280121,
  WINDOW_CENTER: 0x00281050,
  WINDOW_WIDTH: 0x00281051,
  RESCALE_INTERCEPT: 0x00281052,
  RESCALE_SLOPE: 0x00281053,
  VOI_FUNCTION: 0x00281056,
  PALETTE_DESCRIPTORS: [0x00281101, 0x00281102, 0x00281103],
  PALETTE_DATA: [0x00281201, 0x00281202, 0x00281203],
  MODALITY_LUT: 0x00283000,
  LUT_DESCRIPTOR: 0x00283002,
  LUT_DATA: 0x00283006,
  VOI_LUT: 0x00283010,
  REPRESENTATIVE_FRAME: 0x00286010,
  FRAME_VOI: 0x00289132,
  PIXEL_VALUE_TRANSFORMATION: 0x00289145,
  SHARED_GROUPS: 0x52009229,
  PER_FRAME_GROUPS: 0x52009230,
} as const;

const SEQUENCES = [
  TAG.MODALITY_LUT,
  TAG.VOI_LUT,
  TAG.FRAME_VOI,
  TAG.PIXEL_VALUE_TRANSFORMATION,
  TAG.SHARED_GROUPS,
  TAG.PER_FRAME_GROUPS,
];

/** The elements to keep when reading a data set for its pixels. */
export const IMAGE_PIXEL_WANTED: Wanted = {
  values: new Set<Tag>(Object.values(TAG).flat()),
  sequences: new Set<Tag>(SEQUENCES),
};

/** @throws InterleaveError IMAGE_NO_PIXELS without rows and columns, IMAGE_UNDECODABLE when values contradict */
export function readImagePixel(dataSet: DataSet): ImagePixel {
  const number = (tag: Tag, fallback: number) => dataSet.unsignedShort(tag) ?? fallback;
  const rows = number(TAG.ROWS, 0);
  const columns = number(TAG.COLUMNS, 0);
  if (rows === 0 || columns === 0) throw new InterleaveError('IMAGE_NO_PIXELS');
  const samplesPerPixel = number(TAG.SAMPLES_PER_PIXEL, 1);
  const bitsAllocated = number(TAG.BITS_ALLOCATED, 0);
  const bitsStored = number(TAG.BITS_STORED, bitsAllocated);
  const highBit = number(TAG.HIGH_BIT, bitsStored - 1);
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3)
    throw undecodable(`${samplesPerPixel} samples per pixel`);
  if (![1, 8, 16, 32].includes(bitsAllocated)) throw undecodable(`${bitsAllocated} bits allocated`);
  if (bitsStored < 1 || highBit >= bitsAllocated || highBit < bitsStored - 1)
    throw undecodable(`${bitsStored} bits stored below bit ${highBit} of ${bitsAllocated}`);
  const signed = number(TAG.PIXEL_REPRESENTATION, 0) === 1;
  return {
    rows,
    columns,
    frames: Math.max(1, dataSet.integer(TAG.NUMBER_OF_FRAMES) ?? 1),
    samplesPerPixel,
    photometricInterpretation: dataSet.string(TAG.PHOTOMETRIC_INTERPRETATION) || 'MONOCHROME2',
    planar: number(TAG.PLANAR_CONFIGURATION, 0) === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    signed,
    padding: paddingOf(dataSet, signed),
    palette: paletteOf(dataSet),
    representativeFrame: dataSet.unsignedShort(TAG.REPRESENTATIVE_FRAME),
  };
}

/** Of one frame, counted from 1: its own functional group goes before the shared one, that before the object itself. */
export function readGreyScale(dataSet: DataSet, frame: number, { signed }: ImagePixel): GreyScale {
  const groups = [dataSet.items(TAG.PER_FRAME_GROUPS)[frame - 1], dataSet.items(TAG.SHARED_GROUPS)[0]].filter(
    (group) => group !== undefined,
  );
  const place = (macro: Tag) =>
    groups.map((group) => group.items(macro)[0]).find((item) => item !== undefined) ?? dataSet;
  const transformation = place(TAG.PIXEL_VALUE_TRANSFORMATION);
  const voi = place(TAG.FRAME_VOI);
  const table = (tag: Tag) => {
    const item = dataSet.items(tag)[0];
    return item === undefined ? null : readLookupTable(item, TAG.LUT_DESCRIPTOR, TAG.LUT_DATA, signed);
  };
  return {
    slope: decimal(transformation, TAG.RESCALE_SLOPE) || 1,
    intercept: decimal(transformation, TAG.RESCALE_INTERCEPT) ?? 0,
    modalityTable: table(TAG.MODALITY_LUT),
    window: windowOf(voi),
    voiTable: table(TAG.VOI_LUT),
  };
}

function windowOf(dataSet: DataSet): Window | null {
  const centre = decimal(dataSet, TAG.WINDOW_CENTER);
  const width = decimal(dataSet, TAG.WINDOW_WIDTH);
  if (centre === null || width === null) return null;
  const shape = dataSet.string(TAG.VOI_FUNCTION);
  if (shape === 'LINEAR_EXACT' || shape === 'SIGMOID') return width > 0 ? { centre, width, shape } : null;
  return width >= 1 ? { centre, width, shape: 'LINEAR' } : null;
}

function paddingOf(dataSet: DataSet, signed: boolean): ImagePixel['padding'] {
  const read = (tag: Tag) => {
    const value = dataSet.unsignedShort(tag);
    return value === null || !signed ? value : (value << 16) >> 16;
  };
  const value = read(TAG.PADDING_VALUE);
  if (value === null) return null;
  const limit = read(TAG.PADDING_LIMIT) ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}

function paletteOf(dataSet: DataSet): ImagePixel['palette'] {
  const [red, green, blue] = TAG.PALETTE_DESCRIPTORS.map((descriptor, i) =>
    readLookupTable(dataSet, descriptor, TAG.PALETTE_DATA[i] ?? 0, false),
  );
  return red && green && blue ? [red, green, blue] : null;
}

/** The first value of a decimal string (DS), null where absent or no number. */
function decimal(dataSet: DataSet, tag: Tag): number | null {
  const first = dataSet.strings(tag)[0] ?? '';
  const value = Number(first);
  return first === '' || !Number.isFinite(value) ? null : value;
}

function undecodable(detail: string): InterleaveError {
  return new InterleaveError('IMAGE_UNDECODABLE', `It has ${detail}.`);
}
