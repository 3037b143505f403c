/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = 'a093e864f2fcd87ab947bfdf36731ab8da0f4f1e57b2d6e53daac61868bd8bc9';
