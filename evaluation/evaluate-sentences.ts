import { DEFAULT_LEXICON, type Lexicon } from '../core/text/lexicon.ts';
import { readReport } from '../core/text/reading.ts';
import { readingMarks } from './reading-marks.ts';

/** A sentence with the reading that it should have, in the marks of `evaluation/reading-marks.ts`. */
export interface AnsweredSentence {
  text: string;
  read: string;
  /** what is hard about it */
  about: string;
}

/** What `interleave evaluate sentences --json` prints. */
export interface SentencesEvaluation {
  sentences: number;
  right: number;
  accuracy: number;
  about: Record<string, { sentences: number; right: number }>;
  wrong: { text: string; about: string; wanted: string; read: string }[];
}

/** Reads sentences whose answers are known; one is right where every finding of it is. */
export function evaluateSentences(
  sentences: readonly AnsweredSentence[],
  lexicon: Lexicon = DEFAULT_LEXICON,
): SentencesEvaluation {
  const about: SentencesEvaluation['about'] = {};
  const wrong: SentencesEvaluation['wrong'] = [];
  for (const { text, read: wanted, about: topic } of sentences) {
    const read = readingMarks(readReport([{ section: 'FINDINGS', text }], lexicon).findings);
    const counted = about[topic] ?? { sentences: 0, right: 0 };
    about[topic] = counted;
    counted.sentences++;
    if (read === wanted) counted.right++;
    else wrong.push({ text, about: topic, wanted, read });
  }
  const right = sentences.length - wrong.length;
  return {
    sentences: sentences.length,
    right,
    accuracy: right / Math.max(1, sentences.length),
    about,
    wrong,
  };
}
