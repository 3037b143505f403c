/**
 * What stands in the words typed beside plain words: quotes, and minus signs. A minus directly before a word or a quote,
 * at the beginning or after a blank, means `no`: `pneumothorax -effusion`. Within a word ("x-ray", "T2-weighted"), or
 * with a blank behind it, it is a hyphen like others.
 */
export interface MarkedWords {
  /** the words outside of quotes, cut where a minus stands; `denied`: a minus stood before the first word */
  pieces: { text: string; denied: boolean }[];
  /** in double quotes */
  phrases: string[];
  /** in double quotes behind a minus */
  deniedPhrases: string[];
}

export function readMarks(words: string): MarkedWords {
  const phrases: string[] = [];
  const deniedPhrases: string[] = [];
  const outside = words.replace(QUOTED, (_, minus: string, phrase: string) => {
    (minus === '' ? phrases : deniedPhrases).push(phrase.trim());
    return ' ';
  });
  const [first = '', ...denied] = outside.split(MINUS);
  return {
    pieces: [{ text: first, denied: false }, ...denied.map((text) => ({ text, denied: true }))].filter(
      ({ text }) => text.trim() !== '',
    ),
    phrases,
    deniedPhrases,
  };
}

/** Hyphen-minus, and what keyboards and text programs make of it: hyphen, dashes, minus sign. */
const MINUS_SIGNS = '\\-\\u2010-\\u2014\\u2212';
const QUOTED = new RegExp(`((?<!\\S)[${MINUS_SIGNS}]|)"([^"]*)"`, 'gu');
const MINUS = new RegExp(`(?<!\\S)[${MINUS_SIGNS}]+(?=[\\p{L}\\p{N}])`, 'gu');
