import { writeFileSync } from 'node:fs';
import { CODE_HASH_FILE, codeHashFile } from './code-hash.ts';

/** Run after a change in `core/text`: the labeler's version is a hash of its code and lexicon. */
writeFileSync(CODE_HASH_FILE, codeHashFile());
