import { ERRORS, isErrorCode } from '../../core/errors.ts';

/** What became of one message or object. */
export interface Outcome {
  /** The file, and the place in it where it holds several. */
  item: string;
  accepted: boolean;
  /** The receiver's code (MSA-1, DIMSE status) or ours, never text: an answer may quote what was sent. */
  code: string;
  milliseconds: number;
}

export interface Summary {
  sent: number;
  accepted: number;
  refused: Outcome[];
  seconds: number;
  perSecond: number;
  /** Times until the acknowledgement. */
  p50Ms: number;
  p95Ms: number;
}

/** What a code of our own table means, to be put behind it; '' for the others. */
export function meaning(code: string): string {
  const last = code.split(' ').at(-1) ?? '';
  return isErrorCode(last) ? ` (${ERRORS[last][1]})` : '';
}

export function summarise(outcomes: readonly Outcome[], seconds: number): Summary {
  const times = outcomes.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    sent: outcomes.length,
    accepted: outcomes.filter(({ accepted }) => accepted).length,
    refused: outcomes.filter(({ accepted }) => !accepted),
    seconds: round(seconds),
    perSecond: round(outcomes.length / Math.max(seconds, 0.001)),
    p50Ms: round(quantile(times, 0.5)),
    p95Ms: round(quantile(times, 0.95)),
  };
}

/** Nearest rank, of sorted values. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

const round = (value: number) => Math.round(value * 10) / 10;
