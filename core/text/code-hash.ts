/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '7dd69dfb0f0cf34c61c5a4212b363e09f6869f5256939f135c95f49deeb77c97';
