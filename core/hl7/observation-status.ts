import type { ReportStatus } from '../radiology/events.ts';
import { reportStatus } from '../radiology/report-status.ts';
import { type Message, type Segment, textIn } from './message.ts';

/**
 * What OBX-11 does to the text of its OBX:
 * - `READ`: it is part of the report.
 * - `WITHDRAWN`: the sender takes it back. It is neither shown as text nor read, and the report says how many there are.
 * - `NO_RESULT`: it is no result, whatever stands in OBX-5. It is not read, and the report says how many there are.
 */
export type LineUse = 'READ' | 'WITHDRAWN' | 'NO_RESULT';

export interface ObservationStatus {
  use: LineUse;
  /** of the report, where neither OBR-25 nor TXA-17 gives one */
  status: ReportStatus;
}

/**
 * HL7 table 0085 (v2.5.1 7.4.2.11; A, B and V came with 2.8.2), every code of it. docs/result-status.md is the same table
 * in words, and a test compares the two.
 */
export const OBSERVATION_STATUSES: Readonly<Record<string, ObservationStatus>> = {
  A: { use: 'READ', status: 'FINAL' },
  B: { use: 'READ', status: 'ADDENDUM' },
  C: { use: 'READ', status: 'CORRECTED' },
  D: { use: 'WITHDRAWN', status: 'CANCELLED' },
  F: { use: 'READ', status: 'FINAL' },
  I: { use: 'NO_RESULT', status: 'PRELIMINARY' },
  N: { use: 'NO_RESULT', status: 'PRELIMINARY' },
  O: { use: 'NO_RESULT', status: 'PRELIMINARY' },
  P: { use: 'READ', status: 'PRELIMINARY' },
  R: { use: 'READ', status: 'PRELIMINARY' },
  S: { use: 'READ', status: 'PRELIMINARY' },
  U: { use: 'READ', status: 'FINAL' },
  V: { use: 'READ', status: 'FINAL' },
  W: { use: 'WITHDRAWN', status: 'CANCELLED' },
  X: { use: 'NO_RESULT', status: 'CANCELLED' },
};

/** What some senders write in its place. */
const WORDS: Readonly<Record<string, string>> = {
  DELETE: 'D',
  DELETED: 'D',
  'ENTERED IN ERROR': 'W',
  RETRACTED: 'W',
  WITHDRAWN: 'W',
  WRONG: 'W',
};

/** By the code or its word; what is not known, and what is empty, is read: text is never dropped on a guess. */
export function observationStatus(code: string): ObservationStatus {
  const written = code.trim().toUpperCase();
  return OBSERVATION_STATUSES[WORDS[written] ?? written] ?? { use: 'READ', status: reportStatus(written) };
}

/** What becomes of an OBX. */
export function lineUse(message: Message, observation: Segment): LineUse {
  return observationStatus(textIn(message, observation, 'OBX-11')).use;
}
