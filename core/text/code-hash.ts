/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '7d28a05d61b7e8f9260be44506a5ee37cd9cec9f8a0673c55176c30ce7041fce';
