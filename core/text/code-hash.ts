/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '19706c26b77b17bf5e3f7489419d49d49cd2b011e396c2674e0a8fcad8fd1258';
