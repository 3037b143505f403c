/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '303b0277eb6df1cf41b90c238d9bbb8c6ecdca11b43e58058c07cc5e766edce9';
