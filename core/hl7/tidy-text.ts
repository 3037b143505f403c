/**
 * The text of a document as lines: line ends `\n`, no blanks around lines, at most one empty line at a time, no
 * characters that nobody sees (soft hyphen, zero width space) inside words. Linear in its length.
 */
export function tidyText(text: string): string {
  const lines: string[] = [];
  let empty = 0;
  for (const line of text.replace(LINE_ENDS, '\n').replace(UNSEEN, '').replace(BLANKS, ' ').split('\n')) {
    const trimmed = line.trimEnd().replace(INDENT, '');
    empty = trimmed === '' ? empty + 1 : 0;
    if (empty <= 1) lines.push(trimmed);
  }
  while (lines[0]?.trim() === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  return lines.join('\n').replace(LONE_SURROGATE, '\ufffd');
}

const INDENT = /^ +/;
const LINE_ENDS = /\r\n?|[\f\v\u0085\u2028\u2029]/g;
/** And control characters, which say nothing. */
const UNSEEN = /[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u200b-\u200f\u2060\ufeff]/g;
const BLANKS = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
