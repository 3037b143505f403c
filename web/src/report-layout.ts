import type { ReportView } from '../../schemas/api/answers.ts';

/** A stretch of the report's text. */
export interface Stretch {
  start: number;
  end: number;
}

/** A paragraph of a report. */
export interface Paragraph extends Stretch {
  /** it only names the section that follows */
  heading: boolean;
  /** the section that begins here without being named in the text: the sender told it in another field */
  section: ReportView['sections'][number]['name'] | null;
}

/** A stretch that is shown in one way. */
export interface Piece<S extends Stretch> extends Stretch {
  span: S | null;
  marked: boolean;
}

/**
 * The paragraphs of a report: its lines, those together that no blank line or heading parts. Line breaks stay in the
 * text; senders wrap their lines, and what is found may go on over the end of one.
 */
export function paragraphs({ text, sections }: Pick<ReportView, 'text' | 'sections'>): Paragraph[] {
  const starts = new Map(sections.map(({ name, start }) => [start, name]));
  const unnamed = unnamedSections({ text, sections });
  const found: Paragraph[] = [];
  let open: Paragraph | null = null;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    const section = unnamed.has(start) ? (starts.get(start) ?? null) : null;
    const heading = /^[A-Z][A-Z &/]+:?$/.test(line) || (starts.has(start) && line.endsWith(':'));
    if (line === '') open = null;
    else if (open !== null && !heading && section === null) open.end = end;
    else {
      const paragraph: Paragraph = { start, end, heading, section };
      found.push(paragraph);
      open = heading ? null : paragraph;
    }
    start = end + 1;
  }
  return found;
}

/** Where sections begin that have a name, but no heading in the text before them. */
function unnamedSections({ text, sections }: Pick<ReportView, 'text' | 'sections'>): Set<number> {
  let before = 0;
  const starts = new Set<number>();
  for (const { name, start, end } of sections) {
    if (name !== 'OTHER' && !/[\p{L}\p{N}]/u.test(text.slice(before, start))) starts.add(start);
    before = end;
  }
  return starts;
}

/** Cuts a paragraph at its spans and marks. Of spans that overlap the first to begin is kept, then the first given. */
export function pieces<S extends Stretch>(
  { start, end }: Stretch,
  spans: readonly S[],
  marks: readonly Stretch[],
): Piece<S>[] {
  const inside = spans
    .filter((span) => span.start < end && span.end > start)
    .sort((a, b) => a.start - b.start);
  const cuts: Piece<S>[] = [];
  let at = start;
  const plain = (to: number) => {
    for (const stop of stops(at, to, marks)) {
      const marked = marks.some((mark) => mark.start <= at && mark.end >= stop);
      cuts.push({ start: at, end: stop, span: null, marked });
      at = stop;
    }
  };
  for (const span of inside) {
    if (span.start < at && span.start >= start) continue;
    plain(Math.max(at, span.start));
    const stop = Math.min(span.end, end);
    if (stop > at) cuts.push({ start: at, end: stop, span, marked: false });
    at = Math.max(at, stop);
  }
  plain(end);
  return cuts;
}

/** Where a stretch is cut so that each part is marked as a whole or not at all; the last is its end. */
function stops(from: number, to: number, marks: readonly Stretch[]): number[] {
  if (to <= from) return [];
  const edges = marks.flatMap((mark) => [mark.start, mark.end]).filter((edge) => edge > from && edge < to);
  return [...new Set(edges), to].sort((a, b) => a - b);
}
