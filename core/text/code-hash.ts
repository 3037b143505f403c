/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '4eff6c7200b997aa8f3e9bda30291e3b3ab7c83ffd00bdc61cacb0f68d48f55e';
