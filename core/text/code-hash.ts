/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '31f1f3007726196ae186217baff5af4736314569c0e98b6bbcf7e1a8bb17c070';
