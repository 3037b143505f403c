import type { Delimiters } from './delimiters.ts';

/**
 * Resolves the escape sequences of a text (HL7 v2.5.1 2.7). What is not known, or not closed, stays as it is: no
 * character of a report disappears because its sender did not escape a backslash.
 *
 * - `\F\ \S\ \T\ \R\ \E\ \P\`: the delimiters themselves
 * - `\.br\ \.sp\ \.sp2\ \.ce\`: line ends; `\.sk3\`: spaces; `\.in+4\ \.ti-2\ \.fi\ \.nf\`: layout, no text
 * - `\H\ \N\`: highlighting, no text
 * - `\X0D0A\`: bytes in the message's character set (the text is still one char per byte here)
 *
 * Line ends that were damaged on the way are line ends all the same, or a denial would reach into the next line:
 * `\E\.br\E\` (escaped twice), `\x0d\` (lower case), `\X000D\` (two bytes for each character).
 */
export function unescapeText(text: string, delimiters: Delimiters): string {
  const mark = delimiters.escape;
  if (mark === '') return text;
  let open = text.indexOf(mark);
  if (open === -1) return text;
  let result = '';
  let at = 0;
  while (open !== -1) {
    const close = text.indexOf(mark, open + 1);
    if (close === -1) break;
    const meaning = resolve(text.slice(open + 1, close), delimiters);
    if (meaning === undefined) {
      // Perhaps the second mark opens a sequence: "C:\scans\T\old".
      result += text.slice(at, close);
      at = close;
      open = close;
    } else {
      result += text.slice(at, open) + meaning;
      at = close + 1;
      open = text.indexOf(mark, at);
    }
  }
  return twiceEscaped(result + text.slice(at), mark);
}

/** Line ends that were escaped once more by somebody who took the escape for text. */
function twiceEscaped(text: string, mark: string): string {
  if (!text.includes(`${mark}.br${mark}`) && !text.includes(`${mark}X0`)) return text;
  return LINE_END_NAMES.reduce((all, name) => all.replaceAll(mark + name + mark, '\n'), text);
}

const LINE_END_NAMES = ['.br', 'X0D0A', 'X0d0a', 'X0D', 'X0d', 'X0A', 'X0a'];

/** Escapes the delimiters, and line ends as `\.br\`, so that the text can stand in a field. */
export function escapeText(text: string, delimiters: Delimiters): string {
  const mark = delimiters.escape;
  if (mark === '') return text;
  const codes = new Map<string, string>([
    [delimiters.field, 'F'],
    [delimiters.component, 'S'],
    [delimiters.subcomponent, 'T'],
    [delimiters.repetition, 'R'],
    [mark, 'E'],
  ]);
  let result = '';
  for (const char of text.replace(/\r\n|\r/g, '\n')) {
    const code = char === '\n' ? '.br' : codes.get(char);
    result += code === undefined ? char : mark + code + mark;
  }
  return result;
}

const LAYOUT = /^\.(?:(br|ce|fi|nf)|(sp|sk)\+?(\d{1,2})?|(?:in|ti)[+-]?\d{1,3})$/i;

function resolve(sequence: string, delimiters: Delimiters): string | undefined {
  switch (sequence) {
    case 'F':
      return delimiters.field;
    case 'S':
      return delimiters.component;
    case 'T':
      return delimiters.subcomponent;
    case 'R':
      return delimiters.repetition;
    case 'E':
      return delimiters.escape;
    case 'P':
      return delimiters.truncation === '' ? undefined : delimiters.truncation;
    case 'H':
    case 'N':
      return '';
    default:
  }
  if (/^[Xx](?:[0-9A-Fa-f]{2})+$/.test(sequence))
    return Buffer.from(sequence.slice(1), 'hex').toString('latin1').replaceAll('\0', '');
  const layout = LAYOUT.exec(sequence);
  if (layout === null) return undefined;
  const [, simple, counted, count] = layout;
  if (simple !== undefined) return /^(?:br|ce)$/i.test(simple) ? '\n' : '';
  if (counted === undefined) return '';
  return (counted.toLowerCase() === 'sp' ? '\n' : ' ').repeat(Number(count ?? 1));
}
