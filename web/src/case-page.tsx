import { useEffect, useRef, useState } from 'preact/hooks';
import {
  type CaseView,
  getCase,
  getSimilar,
  type ImageView,
  type ReportView,
  type SimilarBy,
} from './api.ts';
import { Contradictions } from './contradictions.tsx';
import { ExplanationLegend } from './explained-finding.tsx';
import { FindingChips } from './finding-chips.tsx';
import { Hits } from './hits.tsx';
import { useLoad } from './load.ts';
import { Problem } from './problem.tsx';
import { problemSentence, reportMarks } from './report-marks.ts';
import { ReportText } from './report-text.tsx';
import { describe, Thumbnail } from './thumbnail.tsx';
import { Unread } from './unread.tsx';
import { day, moment, nameOf } from './words.ts';

/** One case: its images beside the whole report, and cases that are like it. */
export function CasePage({ id }: { id: string }) {
  const [attempt, setAttempt] = useState(0);
  const { data, error } = useLoad((signal) => getCase(id, signal), [id, attempt]);
  if (error !== null)
    return (
      <main class="case">
        <Back />
        <Problem error={error} onRetry={() => setAttempt(attempt + 1)} />
      </main>
    );
  if (data === null)
    return (
      <main class="case">
        <p class="wait">Opening the case…</p>
      </main>
    );
  return <Case detail={data.case} />;
}

function Case({ detail }: { detail: CaseView }) {
  const [shown, setShown] = useState<string | null>(detail.images[0]?.id ?? null);
  const image = detail.images.find((candidate) => candidate.id === shown) ?? detail.images[0];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    if (location.hash === '#similar') document.getElementById('similar')?.scrollIntoView();
    else scrollTo(0, 0);
  }, []);
  const about = [
    detail.modality.join(', '),
    detail.bodyPart.map(nameOf).join(', '),
    [nameOf(detail.patient.sex), detail.patient.ageGroup].filter((part) => part !== '').join(' '),
    day(detail.studiedAt),
  ].filter((part) => part !== '');
  return (
    <main class="case">
      <Back />
      <h1 ref={heading} tabIndex={-1}>
        {detail.title || 'Untitled case'}
      </h1>
      <p class="about">
        {detail.accession !== '' && <span class="accession">{detail.accession}</span>}
        {about.join(' · ')}
        {[detail.standing === 'JOINED' ? [] : [detail.standing], detail.flags].flat().map((flag) => (
          <span key={flag} class="flag">
            {nameOf(flag)}
          </span>
        ))}
      </p>
      <FindingChips findings={detail.findings} most={40} />
      <Contradictions reports={detail.reports} />
      <div class="sides">
        <section class="images" aria-label="Images">
          {image === undefined ? (
            <p class="nothing">{detail.standing === 'RECONCILIATION' ? WITHHELD : 'No images have come.'}</p>
          ) : (
            <figure>
              <Thumbnail key={image.id} image={image} lazy={false} />
              <figcaption>
                {describe(image)}
                {image.marked && <span class="flag">key image</span>}
              </figcaption>
            </figure>
          )}
          {detail.images.length > 1 && (
            <Strip images={detail.images} shown={image?.id ?? null} onShow={setShown} />
          )}
        </section>
        <section class="reports" aria-label="Reports">
          {detail.reports.map((report) => (
            <ReportCard key={report.id} report={report} shown={shown} onShow={setShown} />
          ))}
          {detail.reports.length === 0 && <p class="nothing">No report has come yet.</p>}
        </section>
      </div>
      <Similar id={detail.id} />
    </main>
  );
}

const WITHHELD =
  'Images withheld: they came for this accession number, but name another patient than the report. ' +
  'No image of this case is shown until that is settled.';

function Strip({
  images,
  shown,
  onShow,
}: {
  images: ImageView[];
  shown: string | null;
  onShow(id: string): void;
}) {
  return (
    <ul class="strip">
      {images.map((image) => (
        <li key={image.id}>
          <button
            type="button"
            aria-pressed={image.id === shown}
            aria-label={`Show ${describe(image)}`}
            onClick={() => onShow(image.id)}
          >
            <Thumbnail image={image} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function ReportCard({
  report,
  shown,
  onShow,
}: {
  report: ReportView;
  shown: string | null;
  onShow(imageId: string): void;
}) {
  const [explained, setExplained] = useState(false);
  return (
    <article class="report">
      <header>
        <span class={`status ${report.status.toLowerCase()}`}>{nameOf(report.status)}</span>
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
      <ReportText report={report} shown={shown} explained={explained} onShow={onShow} />
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

const WAYS: { by: SimilarBy; name: string }[] = [
  { by: 'both', name: 'Text and image' },
  { by: 'text', name: 'Text' },
  { by: 'image', name: 'Image' },
];

function Similar({ id }: { id: string }) {
  const [by, setBy] = useState<SimilarBy>('both');
  const [attempt, setAttempt] = useState(0);
  const { data, error, loading } = useLoad((signal) => getSimilar(id, by, signal), [id, by, attempt]);
  return (
    <section id="similar" class="similar" aria-label="Similar cases" aria-busy={loading}>
      <h2>More like this</h2>
      <fieldset class="ways" aria-label="Alike by">
        {WAYS.map((way) => (
          <button key={way.by} type="button" aria-pressed={way.by === by} onClick={() => setBy(way.by)}>
            {way.name}
          </button>
        ))}
      </fieldset>
      {by !== 'text' && (
        <p class="hint">
          Images are compared as pictures, by a model that has not learnt radiology: alike need not mean the
          same disease.
        </p>
      )}
      {error !== null && <Problem error={error} onRetry={() => setAttempt(attempt + 1)} />}
      {loading && data === null && <p class="wait">Looking for cases like this…</p>}
      {data !== null && <Hits hits={data.hits} />}
      {data?.hits.length === 0 && <p class="nothing">No other case is near enough to this one yet.</p>}
    </section>
  );
}

function Back() {
  return (
    <p class="back">
      <button type="button" onClick={() => (history.length > 1 ? history.back() : location.assign('/'))}>
        ← Back to the results
      </button>
    </p>
  );
}
