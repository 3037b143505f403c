import type { ReportView } from './api.ts';
import { moment, nameOf, plural } from './words.ts';

/** What a reader of a report must know beside its text, in whole sentences; most reports have nothing of it. */
export function reportMarks({ status, versions, withdrawnLines, linesWithoutResult }: ReportView): string[] {
  const marks: string[] = [];
  if (withdrawnLines > 0) marks.push(`${plural(withdrawnLines, 'line')} withdrawn by the sender.`);
  if (linesWithoutResult > 0)
    marks.push(`${plural(linesWithoutResult, 'line')} of the message without a result left out.`);
  const [last] = versions;
  if (last !== undefined && !last.shown && versions.some(({ shown }) => shown))
    marks.push(
      `Another version (${nameOf(last.status)}) states a later time, ${moment(last.effectiveAt)}. One of the two ` +
        'times has no time zone, so the later step in the life of the report is shown.',
    );
  if (status === 'PRELIMINARY' && versions.some((version) => FINISHED.has(version.status)))
    marks.push('An earlier version of this report was final.');
  return marks;
}

/** What the code of a report's problem says to a reader. */
export function problemSentence(code: string): string {
  return PROBLEMS[code] ?? 'This report could not be read whole.';
}

const FINISHED: ReadonlySet<string> = new Set(['FINAL', 'CORRECTED', 'ADDENDUM']);

const PROBLEMS: Record<string, string> = {
  HL7_TEXT_WITHDRAWN: 'The sender took back every line of this report.',
  HL7_NO_RESULT: 'The sender says that there is no result.',
  HL7_NO_REPORT_TEXT: 'The message of this report held no text.',
};
