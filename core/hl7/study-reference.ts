import { MAX_STUDIES_PER_REPORT } from './limits.ts';
import { type Message, rawField, type Segment, textIn, textOf } from './message.ts';
import { once } from './once.ts';

/**
 * Study Instance UIDs that a report names: ZDS-1 (IHE Radiology RAD-4), IPC-3 (HL7 v2.5.1 4.5.6), and OBX with the
 * DICOM codes 110180 / 113014 in OBX-3. The first `MAX_STUDIES_PER_REPORT` of them.
 */
export function studyInstanceUidsOf(message: Message, segments: Segment[]): string[] {
  const found = new Set<string>();
  const meansStudy = once((identifier: string) => namesStudy(message, identifier));
  for (const segment of segments) {
    const path = pathIn(segment, meansStudy);
    if (path === null) continue;
    const uid = textIn(message, segment, path).trim();
    if (isUid(uid)) found.add(uid);
    if (found.size === MAX_STUDIES_PER_REPORT) break;
  }
  return [...found];
}

/** PS3.5 9.1: digits and dots, at most 64. */
export function isUid(value: string): boolean {
  return value.length <= 64 && /^\d+(?:\.\d+)+$/.test(value);
}

function pathIn(segment: Segment, meansStudy: (identifier: string) => boolean): string | null {
  if (segment.name === 'ZDS') return 'ZDS-1';
  if (segment.name === 'IPC') return 'IPC-3';
  if (segment.name !== 'OBX' || rawField(segment, 5).length > 200) return null;
  return meansStudy(rawField(segment, 3)) ? 'OBX-5' : null;
}

function namesStudy(message: Message, identifier: string): boolean {
  const code = textOf(message, identifier, 'OBX-3.1');
  const name = textOf(message, identifier, 'OBX-3.2');
  return code === '110180' || code === '113014' || /study instance uid/i.test(name);
}
