import type { ReportStatus } from '../radiology/events.ts';
import { isKnownStatus, reportStatus } from '../radiology/report-status.ts';

/**
 * What OBR-25 says about an order:
 * - `RESULT`: it has a result. Without text of its own it shares the text of its message.
 * - `NO_RESULT`: it has none yet, or never had. Without text of its own there is no report of it.
 * - `CANCELLED`: there will be none, and an earlier one no longer holds.
 * - `NOT_SAID`: nothing that is known. It shares no text; a report of it says that it has none.
 */
export type OrderResult = 'RESULT' | 'NO_RESULT' | 'CANCELLED' | 'NOT_SAID';

export interface OrderStatus {
  result: OrderResult;
  /** of a report with text of its own */
  status: ReportStatus;
}

/**
 * HL7 table 0123 (v2.5.1 7.4.1.25; M and N came with 2.8), every code of it. docs/result-status.md is the same table in
 * words, and a test compares the two.
 */
export const ORDER_STATUSES: Readonly<Record<string, OrderStatus>> = {
  A: { result: 'RESULT', status: 'PRELIMINARY' },
  C: { result: 'RESULT', status: 'CORRECTED' },
  F: { result: 'RESULT', status: 'FINAL' },
  I: { result: 'NO_RESULT', status: 'PRELIMINARY' },
  M: { result: 'RESULT', status: 'PRELIMINARY' },
  N: { result: 'NO_RESULT', status: 'PRELIMINARY' },
  O: { result: 'NO_RESULT', status: 'PRELIMINARY' },
  P: { result: 'RESULT', status: 'PRELIMINARY' },
  R: { result: 'RESULT', status: 'PRELIMINARY' },
  S: { result: 'NO_RESULT', status: 'PRELIMINARY' },
  X: { result: 'CANCELLED', status: 'CANCELLED' },
  Y: { result: 'NO_RESULT', status: 'PRELIMINARY' },
  Z: { result: 'NO_RESULT', status: 'PRELIMINARY' },
};

/** What some senders write for "no result yet". */
const WITHOUT_RESULT: ReadonlySet<string> = new Set([
  'ARRIVED',
  'IN PROCESS',
  'IN PROGRESS',
  'IP',
  'NO RESULT',
  'ORDERED',
  'PENDING',
  'SC',
  'SCHEDULED',
]);

/** By the code or its word. */
export function orderStatus(code: string): OrderStatus {
  const written = code.trim().toUpperCase();
  const row = ORDER_STATUSES[written];
  if (row !== undefined) return row;
  const status = reportStatus(written);
  if (WITHOUT_RESULT.has(written)) return { result: 'NO_RESULT', status };
  if (status === 'CANCELLED') return { result: 'CANCELLED', status };
  return { result: isKnownStatus(written) ? 'RESULT' : 'NOT_SAID', status };
}
