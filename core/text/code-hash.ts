/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '0d6ad03a1f1b69c2ba2c9e161ecbc28290bc51def4e4425a4b2f0962d2be824b';
