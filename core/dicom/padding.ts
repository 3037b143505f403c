/**
 * Values are padded to even length with a space or a NUL (PS3.5 6.2, 9.1). No patterns: one for the end of a value takes
 * quadratic time in a long run of spaces, and a value may have 64 KiB of them.
 */
export function trimEnd(value: string): string {
  let end = value.length;
  while (end > 0 && isPadding(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(0, end);
}

/** Some senders pad on both sides: spaces in front go as well. */
export function trim(value: string): string {
  let start = 0;
  while (value.charCodeAt(start) === SPACE) start += 1;
  return trimEnd(value.slice(start));
}

const SPACE = 0x20;

function isPadding(code: number): boolean {
  return code === SPACE || code === 0x00;
}
