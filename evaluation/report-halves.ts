import { createHash } from 'node:crypto';

/** DEV: looked at while rules are written. TEST: only ever counted. */
export type Half = 'dev' | 'test';

/**
 * Which half of a data set a text belongs to: by the first bit of the SHA-256 of the text in lower case with its white
 * space made one blank, so that texts which say the same letter for letter are never on both sides.
 */
export function halfOf(text: string): Half {
  const normalised = text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
  const [first = 0] = createHash('sha256').update(normalised).digest();
  return first < 128 ? 'dev' : 'test';
}

/** The half of a report: indication and comparison do not matter, since they are not always read. */
export function reportHalf({ findings, impression }: { findings: string; impression: string }): Half {
  return halfOf(`${findings} ${impression}`);
}
