/** Which labeler made a reading: stands in every event and index document. */
import { createHash } from 'node:crypto';
import { DEFAULT_LEXICON_DATA, type LexiconData } from './lexicon.ts';

/** Grows by one when readings change so that reports must be read again. */
const GENERATION = 1;

/** Changed by hand with every change of the rules in `core/text/*.ts` that changes a reading. */
const CODE_VERSION = '1.0.0';

export interface LabelerVersion {
  generation: number;
  /** SHA-256 (hex) over the code version and the lexicon */
  hash: string;
}

export function labelerVersion(lexicon: LexiconData): LabelerVersion {
  const hash = createHash('sha256')
    .update(JSON.stringify([CODE_VERSION, lexicon]))
    .digest('hex');
  return { generation: GENERATION, hash };
}

export const LABELER: LabelerVersion = labelerVersion(DEFAULT_LEXICON_DATA);
