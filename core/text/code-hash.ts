/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '4c89fd242bf03045134ed317b71b2c4f16c14f752f7042284b7b126b8eb82497';
