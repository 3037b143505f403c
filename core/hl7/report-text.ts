import type { ReportPart } from '../radiology/events.ts';
import { commentUse } from './comment.ts';
import { type Message, rawField, readable, type Segment, textOf } from './message.ts';
import { once } from './once.ts';
import { sectionOf } from './section-code.ts';

/**
 * The text of a report from its OBX and NTE segments, whole: one part for each run of OBX of the same section and for each
 * run of NTE, one line for each segment or repetition. In text data types (TX, FT, ST) only the repetition separator has a
 * meaning, a line end (HL7 v2.5.1 2.A.78); unescaped component and sub-component separators are text, as "PA & LATERAL".
 * `documentOf` gives the parts of a document that an observation holds, none where it goes on with one; what it gives any
 * for is not read as text.
 */
export function reportParts(
  message: Message,
  segments: readonly Segment[],
  documentOf: (observation: Segment) => readonly ReportPart[] | null = () => null,
): ReportPart[] {
  const parts: ReportPart[] = [];
  let lines: string[] = [];
  let section: ReportPart['section'] = null;
  let name = 'OBX';
  const sectionNamed = once((identifier: string) =>
    sectionOf({
      code: textOf(message, identifier, 'OBX-3.1'),
      suffix: textOf(message, identifier, 'OBX-3.1.2'),
      text: textOf(message, identifier, 'OBX-3.2'),
    }),
  );
  const close = (): void => {
    const text = trimBlankLines(lines);
    if (text !== '') parts.push({ section, text });
    lines = [];
  };
  const add = (segment: Segment, own: ReportPart['section'], text: string): void => {
    if (own !== section || segment.name !== name) {
      close();
      section = own;
      name = segment.name;
    }
    lines.push(text);
  };
  for (const observation of segments) {
    const isComment = observation.name === 'NTE';
    const own = isComment ? commentUse(message, observation).section : sectionNamed(rawField(observation, 3));
    const document = documentOf(observation);
    if (document !== null) {
      close();
      // A document that names no section is of the one that its segment names.
      for (const part of document)
        if (part.text !== '') parts.push({ ...part, section: part.section ?? own });
    } else if (isComment || isText(observation))
      add(observation, own, linesIn(message, observation, isComment ? 3 : 5));
  }
  close();
  return parts;
}

/** The text of one OBX-5 or NTE-3, line ends as `\n`. */
function linesIn(message: Message, segment: Segment, field: number): string {
  const raw = rawField(segment, field);
  const { repetition } = message.delimiters;
  const text =
    repetition === '' || !raw.includes(repetition)
      ? readable(message, raw)
      : raw
          .split(repetition)
          .map((line) => readable(message, line))
          .join('\n');
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** True for an observation that carries report text. A missing type (OBX-2) counts as text. */
export function isText(observation: Segment): boolean {
  return TEXT_TYPES.has(rawField(observation, 2).trim().toUpperCase());
}

const TEXT_TYPES = new Set(['TX', 'FT', 'ST', 'RT', '']);

function trimBlankLines(lines: string[]): string {
  // No patterns: /\s+$/ takes quadratic time in a long run of spaces, and a repeated group runs out of stack.
  const text = lines.join('\n').trimEnd();
  const first = text.length - text.trimStart().length;
  return text.slice(text.lastIndexOf('\n', first - 1) + 1);
}
