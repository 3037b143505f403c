/** The unique identifiers of PS3.6 Annex A that the gateway and the sender need, and what each means to us. */
import { MAX_UID_LENGTH } from './limits.ts';

export const DICOM_APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';
export const VERIFICATION = '1.2.840.10008.1.1';

/** (0002,0012) of the objects that we write and of our associations: a UUID of ours under 2.25 (PS3.5 B.2). */
export const IMPLEMENTATION_CLASS_UID = '2.25.276982282778722144878231345117695480751';
export const IMPLEMENTATION_VERSION_NAME = 'INTERLEAVE_1';

export const TRANSFER_SYNTAX = {
  IMPLICIT_LITTLE: '1.2.840.10008.1.2',
  EXPLICIT_LITTLE: '1.2.840.10008.1.2.1',
  DEFLATED_EXPLICIT_LITTLE: '1.2.840.10008.1.2.1.99',
  EXPLICIT_BIG: '1.2.840.10008.1.2.2',
} as const;

/** Every transfer syntax that a storage context may use here: an object is stored as it comes, decoded later or never. */
export const STORED_TRANSFER_SYNTAXES: ReadonlySet<string> = new Set([
  ...Object.values(TRANSFER_SYNTAX),
  '1.2.840.10008.1.2.1.98', // Encapsulated Uncompressed Explicit VR Little Endian
  '1.2.840.10008.1.2.5', // RLE Lossless
  '1.2.840.10008.1.2.4.50', // JPEG Baseline
  '1.2.840.10008.1.2.4.51', // JPEG Extended
  '1.2.840.10008.1.2.4.57', // JPEG Lossless
  '1.2.840.10008.1.2.4.70', // JPEG Lossless, first-order prediction
  '1.2.840.10008.1.2.4.80', // JPEG-LS Lossless
  '1.2.840.10008.1.2.4.81', // JPEG-LS Near-Lossless
  '1.2.840.10008.1.2.4.90', // JPEG 2000 Lossless
  '1.2.840.10008.1.2.4.91', // JPEG 2000
  '1.2.840.10008.1.2.4.92', // JPEG 2000 Part 2 Lossless
  '1.2.840.10008.1.2.4.93', // JPEG 2000 Part 2
  '1.2.840.10008.1.2.4.100', // MPEG2 Main Profile / Main Level
  '1.2.840.10008.1.2.4.101', // MPEG2 Main Profile / High Level
  '1.2.840.10008.1.2.4.102', // MPEG-4 AVC/H.264 High Profile
  '1.2.840.10008.1.2.4.103', // MPEG-4 AVC/H.264 BD-compatible
  '1.2.840.10008.1.2.4.104', // MPEG-4 AVC/H.264 for 2D video
  '1.2.840.10008.1.2.4.105', // MPEG-4 AVC/H.264 for 3D video
  '1.2.840.10008.1.2.4.106', // MPEG-4 AVC/H.264 Stereo
  '1.2.840.10008.1.2.4.107', // HEVC/H.265 Main
  '1.2.840.10008.1.2.4.108', // HEVC/H.265 Main 10
  '1.2.840.10008.1.2.4.110', // JPEG XL Lossless
  '1.2.840.10008.1.2.4.111', // JPEG XL JPEG Recompression
  '1.2.840.10008.1.2.4.112', // JPEG XL
  '1.2.840.10008.1.2.4.201', // High-Throughput JPEG 2000 Lossless
  '1.2.840.10008.1.2.4.202', // High-Throughput JPEG 2000 with RPCL, Lossless
  '1.2.840.10008.1.2.4.203', // High-Throughput JPEG 2000
]);

/** The arc of PS3.4 Annex B: all Storage SOP Classes of patients' objects, present and future, stand below it. */
const STORAGE_ARC = '1.2.840.10008.5.1.4.1.1.';

export const KEY_OBJECT_SELECTION = '1.2.840.10008.5.1.4.1.1.88.59';

/** Query and retrieval in the study root model (PS3.4 C.6.2). */
export const STUDY_ROOT = {
  FIND: '1.2.840.10008.5.1.4.1.2.2.1',
  MOVE: '1.2.840.10008.5.1.4.1.2.2.2',
  GET: '1.2.840.10008.5.1.4.1.2.2.3',
} as const;

/** Is this a Storage SOP Class of the standard? (Private classes need to be listed by the site.) */
export function isStorageSopClass(uid: string): boolean {
  return uid.startsWith(STORAGE_ARC) && uid.length > STORAGE_ARC.length;
}

/** Secondary Capture, single and multi-frame (PS3.3 A.8). */
export function isSecondaryCapture(sopClassUid: string): boolean {
  return /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.[1-4])?$/.test(sopClassUid);
}

/** Grayscale, colour, pseudo-colour, blending and the other presentation states (PS3.3 A.33). */
export function isPresentationState(sopClassUid: string): boolean {
  return /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\.[0-9]+$/.test(sopClassUid);
}

/** Digits and dots, no component empty or with a leading zero, at most 64 characters (PS3.5 9.1). */
export function isUid(text: string): boolean {
  return text.length <= MAX_UID_LENGTH && /^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*$/.test(text);
}
