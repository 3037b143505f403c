import { type ComponentChildren, Fragment } from 'preact';
import { useContext } from 'preact/hooks';
import type { Citation, ReportFinding, ReportView } from './api.ts';
import { ExplainedFinding } from './explained-finding.tsx';
import { findingState } from './finding-reason.ts';
import { NormalConcepts } from './normality.ts';
import { paragraphs, pieces, type Stretch } from './report-layout.ts';
import { cutAtNew } from './text-changes.ts';
import { nameOf } from './words.ts';

interface Span {
  start: number;
  end: number;
  render(text: string, key: number): ComponentChildren;
}

/**
 * The whole report with its findings coloured by assertion and its citations linked to their images. Explained, each
 * finding has its sign and tells its reason, and the words that decided are marked.
 */
export function ReportText({
  report,
  shown,
  fresh = [],
  explained = false,
  onShow,
}: {
  report: ReportView;
  /** the image that is chosen; its sentences are marked */
  shown: string | null;
  /** what the reader has not seen yet */
  fresh?: readonly Stretch[];
  explained?: boolean;
  onShow(imageId: string): void;
}) {
  const normal = useContext(NormalConcepts);
  const isNormal = ({ concept }: ReportFinding) => normal.has(concept);
  // "Heart size is normal" is said to be that, rather than a cardiomegaly that is denied.
  const findings = [...report.findings.filter(isNormal), ...report.findings.filter((f) => !isNormal(f))];
  const spans = [
    ...findings.map((finding) =>
      explained
        ? explainedSpan(finding, findings, report.text, isNormal)
        : findingSpan(finding, isNormal(finding)),
    ),
    ...(explained ? findings.flatMap(cueSpans) : []),
    ...mergeCitations(report.citations).map((citation) => citationSpan(citation, onShow)),
  ];
  const cited = shown === null ? [] : report.citations.filter((citation) => citation.images.includes(shown));
  const marks = cited.map(({ sentenceStart, sentenceEnd }) => ({ start: sentenceStart, end: sentenceEnd }));
  const shownPieces = (part: Stretch) =>
    pieces(part, spans, marks).map(({ start, end, span, marked }) => {
      const text = report.text.slice(start, end);
      if (span !== null) return span.render(text, start);
      return marked ? <mark key={start}>{text}</mark> : text;
    });
  return (
    <div class="report-text">
      {paragraphs(report).map((paragraph) => (
        <Fragment key={paragraph.start}>
          {paragraph.section !== null && (
            <h3 class="section" title="The sender said so beside the text">
              {nameOf(paragraph.section)}
            </h3>
          )}
          <p class={paragraph.heading ? 'heading' : undefined}>
            {cutAtNew(paragraph, fresh).map((part) => {
              const text = shownPieces(part);
              return part.fresh ? <ins key={part.start}>{text}</ins> : text;
            })}
          </p>
        </Fragment>
      ))}
    </div>
  );
}

/** Citations of one range in the text, such as "images 12-14", share one link to the first image that is here. */
function mergeCitations(citations: Citation[]): Citation[] {
  const byPlace = new Map<string, Citation>();
  for (const citation of citations) {
    const place = `${citation.start}-${citation.end}`;
    const known = byPlace.get(place);
    byPlace.set(
      place,
      known === undefined ? citation : { ...known, images: [...known.images, ...citation.images] },
    );
  }
  return [...byPlace.values()];
}

function findingSpan(finding: ReportFinding, normal: boolean): Span {
  const { start, end, assertion, name, cue, time, subject } = finding;
  const state = findingState(finding, normal);
  const more = [
    cue === '' ? '' : `because of “${cue}”`,
    time === 'HISTORICAL' ? 'historical' : '',
    subject === 'FAMILY' ? 'of the family' : '',
    state === 'aside' ? 'no result of this examination' : '',
  ].filter((part) => part !== '');
  const title = `${name}: ${assertion.toLowerCase()}${more.length === 0 ? '' : `, ${more.join(', ')}`}`;
  return {
    start,
    end,
    render: (text, key) => (
      <span key={key} class={`finding ${state}`} title={title}>
        {text}
      </span>
    ),
  };
}

/** All findings that the same words name share one explanation. */
function explainedSpan(
  finding: ReportFinding,
  findings: readonly ReportFinding[],
  reportText: string,
  isNormal: (finding: ReportFinding) => boolean,
): Span {
  const { start, end } = finding;
  const alike = findings.filter((other) => other.start === start && other.end === end);
  return {
    start,
    end,
    render: (text, key) => (
      <ExplainedFinding key={key} findings={alike} isNormal={isNormal} words={text} text={reportText} />
    ),
  };
}

/** The words that decided how a finding reads. */
function cueSpans({ name, attributes = [] }: ReportFinding): Span[] {
  return attributes.map(({ kind, start, end }) => ({
    start,
    end,
    render: (text, key) => (
      <span key={key} class={`cue ${kind.toLowerCase()}`} title={`${kind.toLowerCase()} of ${name}`}>
        {text}
      </span>
    ),
  }));
}

function citationSpan({ start, end, images }: Citation, onShow: (imageId: string) => void): Span {
  const [first] = images;
  return {
    start,
    end,
    render: (text, key) =>
      first === undefined ? (
        <span key={key} class="citation missing" title="The cited image is not shown here">
          {text}
        </span>
      ) : (
        <button
          key={key}
          type="button"
          class="citation"
          title="Show the cited image"
          onClick={() => onShow(first)}
        >
          {text}
        </button>
      ),
  };
}
