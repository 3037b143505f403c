import { isRtfFragment, RTF_START } from './markup.ts';

/**
 * The text of a document from the segments or repetitions that it was put into: a line each, or, where all are of one
 * length, pieces cut anywhere. RTF takes no notice of ends of lines, and HL7 lets a text end without its blanks: between
 * two words a blank is put back.
 */
export function joinLines(lines: readonly string[]): string {
  const text = lines.join('\n');
  if (lines.length < 2) return text;
  if (isCutAnywhere(lines)) return lines.join('');
  if (!RTF_START.test(text) && !isRtfFragment(text)) return text;
  return lines
    .map((line, n) => (n > 0 && isBetweenWords(lines[n - 1] ?? '', line) ? ` \n${line}` : `\n${line}`))
    .join('')
    .slice(1);
}

function isBetweenWords(before: string, after: string): boolean {
  const end = before.slice(-40);
  return /[\p{L}\p{N}.,;:)]$/u.test(end) && !/\\[a-zA-Z]+-?\d*$/.test(end) && /^[\p{L}\p{N}(]/u.test(after);
}

function isCutAnywhere(lines: readonly string[]): boolean {
  const width = lines[0]?.length ?? 0;
  if (width < (lines.length > 2 ? MIN_WIDTH : MIN_WIDTH_OF_TWO)) return false;
  return lines.every((line, n) => line.length === width || (n === lines.length - 1 && line.length < width));
}

const MIN_WIDTH = 40;
const MIN_WIDTH_OF_TWO = 200;
