/** Which labeler made a reading: stands in every event and index document. */
import { createHash } from 'node:crypto';
import { CODE_HASH } from './code-hash.ts';
import { DEFAULT_LEXICON, type Lexicon } from './lexicon.ts';

/** Grows by one when readings change so much that reports must be read again. */
const GENERATION = 3;

export interface LabelerVersion {
  generation: number;
  /** SHA-256 (hex) over the code that reads and the lexicon */
  hash: string;
}

const VERSIONS = new WeakMap<Lexicon, LabelerVersion>();

export function labelerVersion(lexicon: Lexicon): LabelerVersion {
  const known = VERSIONS.get(lexicon);
  if (known !== undefined) return known;
  const hash = createHash('sha256')
    .update(JSON.stringify([CODE_HASH, lexicon.data]))
    .digest('hex');
  const version = { generation: GENERATION, hash };
  VERSIONS.set(lexicon, version);
  return version;
}

/** The version of the labeler with the lexicon that comes with Interleave. */
export const LABELER: LabelerVersion = labelerVersion(DEFAULT_LEXICON);
