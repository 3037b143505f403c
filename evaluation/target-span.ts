/** Where a row's condition stands in its sentence. */
export interface TargetSpan {
  start: number;
  end: number;
}

/**
 * The place of a condition in a sentence that has it in capital letters: its words one after the other with any white
 * space between them, as whole words ("PE" is not in "PE's"), in capitals where there is such a place, else in any case;
 * null where it is not there.
 */
export function targetSpan(sentence: string, condition: string): TargetSpan | null {
  const words = condition.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const phrase = words.map((word) => escaped(word.toUpperCase())).join('\\s+');
  const whole = `(?<!\\w)${phrase}(?![\\w'])`;
  return spanOf(sentence, whole, '') ?? spanOf(sentence, whole, 'i') ?? spanOf(sentence, phrase, '');
}

function spanOf(sentence: string, pattern: string, flags: string): TargetSpan | null {
  const match = new RegExp(pattern, flags).exec(sentence);
  return match === null ? null : { start: match.index, end: match.index + match[0].length };
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
