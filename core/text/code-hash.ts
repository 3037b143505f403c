/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '32c7ddd83f396b315690553a6d751d6ee968c6b3c2e9b3a650ce71f724c44020';
