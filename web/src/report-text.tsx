import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { Citation, ReportFinding, ReportView } from './api.ts';
import { NormalConcepts } from './normality.ts';

interface Span {
  start: number;
  end: number;
  render(text: string, key: number): ComponentChildren;
}

/** The whole report with its findings coloured by assertion and its citations linked to their images. */
export function ReportText({
  report,
  shown,
  onShow,
}: {
  report: ReportView;
  /** the image that is chosen; its sentences are marked */
  shown: string | null;
  onShow(imageId: string): void;
}) {
  const normal = useContext(NormalConcepts);
  const spans = [
    ...report.findings.map((finding) => findingSpan(finding, normal.has(finding.concept))),
    ...mergeCitations(report.citations).map((citation) => citationSpan(citation, onShow)),
  ];
  const cited = shown === null ? [] : report.citations.filter((citation) => citation.images.includes(shown));
  const blocks = toBlocks(report);
  return (
    <div class="report-text">
      {blocks.map(({ start, end, heading }) => (
        <p key={start} class={heading ? 'heading' : undefined}>
          {cut(report.text, start, end, spans, cited)}
        </p>
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
  const state = normal && assertion === 'PRESENT' ? 'normal' : assertion.toLowerCase();
  const more = [
    cue === '' ? '' : `because of “${cue}”`,
    time === 'HISTORICAL' ? 'historical' : '',
    subject === 'FAMILY' ? 'of the family' : '',
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

function citationSpan({ start, end, images }: Citation, onShow: (imageId: string) => void): Span {
  const [first] = images;
  return {
    start,
    end,
    render: (text, key) =>
      first === undefined ? (
        <span key={key} class="citation missing" title="The cited image is not here">
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

/** Paragraphs as the lines of the text make them; a line that only names a section stands out. */
function toBlocks(report: ReportView): { start: number; end: number; heading: boolean }[] {
  const blocks = [];
  const starts = new Set(report.sections.map((section) => section.start));
  for (let start = 0; start < report.text.length; ) {
    const newline = report.text.indexOf('\n', start);
    const end = newline === -1 ? report.text.length : newline;
    const line = report.text.slice(start, end).trim();
    if (line !== '')
      blocks.push({
        start,
        end,
        heading: /^[A-Z][A-Z &/]+:?$/.test(line) || (starts.has(start) && line.endsWith(':')),
      });
    start = end + 1;
  }
  return blocks;
}

/** Cuts a piece of the text at its spans; of spans that overlap the first to begin is shown. */
function cut(
  text: string,
  start: number,
  end: number,
  spans: Span[],
  cited: Citation[],
): ComponentChildren[] {
  const inside = spans
    .filter((span) => span.start >= start && span.end <= end)
    .sort((a, b) => a.start - b.start);
  const parts: ComponentChildren[] = [];
  const plain = (from: number, to: number) => {
    const marked = cited.find((citation) => citation.sentenceStart < to && citation.sentenceEnd > from);
    if (marked === undefined) return void parts.push(text.slice(from, to));
    const [a, b] = [Math.max(from, marked.sentenceStart), Math.min(to, marked.sentenceEnd)];
    parts.push(text.slice(from, a), <mark key={`m${a}`}>{text.slice(a, b)}</mark>, text.slice(b, to));
  };
  let at = start;
  for (const span of inside) {
    if (span.start < at) continue;
    plain(at, span.start);
    parts.push(span.render(text.slice(span.start, span.end), span.start));
    at = span.end;
  }
  plain(at, end);
  return parts;
}
