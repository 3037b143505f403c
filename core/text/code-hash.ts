/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '201244736e2b439f71c58ce8053d1ef33032d6025d574a1fc4a5220e416a6a68';
