import { useState } from 'preact/hooks';
import type { ReportView } from './api.ts';
import { ExplanationLegend } from './explained-finding.tsx';
import { problemSentence, reportMarks } from './report-marks.ts';
import { ReportText } from './report-text.tsx';
import { newStretches } from './text-changes.ts';
import { Unread } from './unread.tsx';
import { moment, nameOf } from './words.ts';

/** A report as it is now; what it says that it did not say in `earlier` is marked, and that is kept to be compared. */
export function ReportCard({
  report,
  earlier,
  shown,
  onShow,
}: {
  report: ReportView;
  /** as the reader has seen it; null for a report that came since */
  earlier: ReportView | null;
  shown: string | null;
  onShow(imageId: string): void;
}) {
  const [explained, setExplained] = useState(false);
  const fresh = earlier === null ? [] : newStretches(earlier.text, report.text);
  const cancelled = report.status === 'CANCELLED';
  return (
    <article class={`report${cancelled ? ' void' : ''}`}>
      <header>
        <span class={`status ${report.status.toLowerCase()}`}>{nameOf(report.status)}</span>
        {earlier === null && <span class="flag fresh">new</span>}
        {earlier !== null && earlier.status !== report.status && (
          <span class="flag fresh">was {nameOf(earlier.status).toLowerCase()}</span>
        )}
        {report.procedure} <time dateTime={report.effectiveAt}>{moment(report.effectiveAt)}</time>
        {report.findings.length > 0 && (
          <button
            type="button"
            class="explain"
            aria-pressed={explained}
            onClick={() => setExplained(!explained)}
          >
            Explain
          </button>
        )}
      </header>
      {cancelled && <p class="changed">This report was cancelled. What it says does not count.</p>}
      {explained && <ExplanationLegend labeler={report.labeler} />}
      {report.problem === 'TEXT_VECTOR_FAILED' && (
        <p class="hint">
          Found by its words and findings only, not by its meaning (<code>{report.problem}</code>).
        </p>
      )}
      <Unread report={report} />
      {report.problem !== null && !TOLD_ELSEWHERE.has(report.problem) && (
        <p class="problem">
          {problemSentence(report.problem)} <code>{report.problem}</code>
        </p>
      )}
      {reportMarks(report).map((mark) => (
        <p key={mark} class="problem">
          {mark}
        </p>
      ))}
      <ReportText report={report} fresh={fresh} shown={shown} explained={explained} onShow={onShow} />
      {earlier !== null && earlier.text !== report.text && (
        <details class="before">
          <summary>What stood here before. It is no longer so.</summary>
          <del>{earlier.text}</del>
        </details>
      )}
      {report.versions.length > 1 && (
        <details class="versions">
          <summary>{report.versions.length} versions; one is shown</summary>
          <ol>
            {report.versions.map((version, i) => (
              <li key={i}>
                {nameOf(version.status)}, {moment(version.effectiveAt)}
                {version.shown && ': shown'}
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  );
}

/** Problems with a note of their own. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['TEXT_VECTOR_FAILED', 'LANGUAGE_NOT_READ']);
