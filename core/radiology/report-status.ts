import type { ReportStatus } from './events.ts';

/**
 * OBR-25 result status (HL7 table 0123), OBX-11 (table 0085) and TXA-17 (table 0271), in letters or in words, as one of
 * five. What is not known counts as preliminary: it can then never replace a final report of the same time.
 */
export function reportStatus(code: string): ReportStatus {
  const known = BY_CODE.get(code.trim().toUpperCase());
  return known ?? 'PRELIMINARY';
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
  FINAL: ['F', 'A', 'U', 'FINAL', 'VERIFIED', 'SIGNED', 'AU', 'LA', 'DO', 'COMPLETE'],
  CORRECTED: ['C', 'K', 'CORR', 'CORRECTED', 'CORRECTION', 'AMENDED', 'REVISED'],
  ADDENDUM: ['ADD', 'ADDENDUM', 'ADDENDED', 'M'],
  CANCELLED: ['X', 'D', 'W', 'CA', 'CANCELLED', 'CANCELED', 'DELETED', 'RETRACTED'],
};

const BY_CODE = new Map<string, ReportStatus>(
  (Object.entries(CODES) as [ReportStatus, string[]][]).flatMap(([status, codes]) =>
    codes.map((code) => [code, status] as const),
  ),
);
