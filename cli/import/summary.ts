import type { InterleaveError } from '../../core/errors.ts';
import { printableLine } from '../printable.ts';
import { meaning } from '../send/outcome.ts';
import type { Refused, Tally } from './tally.ts';

/** What an import has done: printed with `--json`. */
export interface ImportSummary {
  accepted: { reports: number; images: number };
  refused: Refused[];
  /** what lay in the archive and was none of ours */
  passedOver: number;
  units: {
    brought: number;
    /** by an earlier import */
    doneBefore: number;
    /** could not be brought: the next import tries them again */
    left: Refused[];
  };
  /** whether it went through the whole archive */
  finished: boolean;
  /** why it ended before its end; null also where it was stopped */
  error: { code: string; message: string } | null;
  seconds: number;
  perSecond: number;
}

export interface ImportCounts {
  tally: Tally;
  brought: number;
  doneBefore: number;
  left: Refused[];
  finished: boolean;
  error: InterleaveError | null;
  seconds: number;
}

export function summaryOf({ tally, seconds, ...counts }: ImportCounts): ImportSummary {
  const { report, image } = tally.accepted;
  return {
    accepted: { reports: report, images: image },
    refused: tally.refused,
    passedOver: tally.passedOver,
    units: {
      brought: counts.brought,
      doneBefore: counts.doneBefore,
      left: counts.left,
    },
    finished: counts.finished,
    error: counts.error === null ? null : { code: counts.error.code, message: counts.error.message },
    seconds: round(seconds),
    perSecond: round((report + image) / Math.max(seconds, 0.001)),
  };
}

/** Everything went in: nothing was refused and nothing left. */
export function isWhole({ refused, units, finished }: ImportSummary): boolean {
  return finished && refused.length === 0 && units.left.length === 0;
}

/** The same for people. Names of files and codes of receivers are whatever others made them. */
export function summaryLines(summary: ImportSummary, isDry: boolean): string[] {
  return linesOf(summary, isDry).map(printableLine);
}

function linesOf(summary: ImportSummary, isDry: boolean): string[] {
  const { accepted, refused, passedOver, units, seconds, perSecond } = summary;
  const verb = isDry ? 'could be sent' : 'accepted';
  const lines = [
    `${accepted.reports} reports and ${accepted.images} images ${verb} in ${seconds} s${isDry ? '' : ` (${perSecond} per second)`}`,
  ];
  if (units.doneBefore > 0)
    lines.push(
      `${units.doneBefore} of ${units.doneBefore + units.brought} parts of the archive (files, studies, blocks of rows) were done before`,
    );
  if (passedOver > 0) lines.push(`${passedOver} files passed over: they are no report and no image`);
  for (const { code, count, items } of refused) {
    lines.push(`✗ ${count} refused: ${code}${meaning(code)}`);
    for (const item of items) lines.push(`    ${item}`);
    if (count > items.length)
      lines.push(`    and ${count - items.length} more (--refused FILE writes down all)`);
  }
  for (const { code, count, items } of units.left) {
    lines.push(`! ${count} could not be brought (${code}${meaning(code)}): the next import tries them again`);
    for (const item of items) lines.push(`    ${item}`);
    if (count > items.length) lines.push(`    and ${count - items.length} more`);
  }
  return lines;
}

const round = (value: number) => Math.round(value * 10) / 10;
