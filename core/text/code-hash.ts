/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '7587b88bd2ed386ac19405e24c473cef1d1834c8e6c2c9dad065cde66178d81d';
