/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = 'f018ade3a5a10375447130d3848d4a7a0f2950822727557b58379cc2a09444b0';
