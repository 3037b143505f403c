import type { ReportStatus } from './events.ts';

/**
 * TXA-17 (HL7 table 0271), and the letters and words that senders write into OBR-25, OBX-11 and TXA-17 alike, as one of
 * five. What is not known counts as preliminary: it can then never replace a final report of the same time. The tables of
 * OBR-25 and OBX-11 themselves are `core/hl7/order-status.ts` and `core/hl7/observation-status.ts`.
 */
export function reportStatus(code: string): ReportStatus {
  const known = BY_CODE.get(code.trim().toUpperCase());
  return known ?? 'PRELIMINARY';
}

/** Whether the code or word is one that we know. */
export function isKnownStatus(code: string): boolean {
  return BY_CODE.has(code.trim().toUpperCase());
}

/** Orders the versions of a report that carry the same time: a later step of a report's life is the higher. */
export function statusRank(status: ReportStatus): number {
  return RANKS[status];
}

const RANKS: Record<ReportStatus, number> = {
  PRELIMINARY: 0,
  FINAL: 1,
  CORRECTED: 2,
  ADDENDUM: 3,
  CANCELLED: 4,
};

const CODES: Record<ReportStatus, string[]> = {
  PRELIMINARY: [
    'P',
    'R',
    'I',
    'S',
    'O',
    'PRELIM',
    'PRELIMINARY',
    'WET READ',
    'DRAFT',
    'DI',
    'IP',
    'IN',
    'PA',
    'UNVERIFIED',
  ],
  FINAL: ['F', 'U', 'FINAL', 'VERIFIED', 'SIGNED', 'AU', 'LA', 'DO', 'COMPLETE'],
  CORRECTED: ['C', 'K', 'CORR', 'CORRECTED', 'CORRECTION', 'AMENDED', 'REVISED'],
  ADDENDUM: ['ADD', 'ADDENDUM', 'ADDENDED'],
  CANCELLED: ['X', 'D', 'W', 'CA', 'CANCELLED', 'CANCELED', 'DELETED', 'RETRACTED'],
};

const BY_CODE = new Map<string, ReportStatus>(
  (Object.entries(CODES) as [ReportStatus, string[]][]).flatMap(([status, codes]) =>
    codes.map((code) => [code, status] as const),
  ),
);
