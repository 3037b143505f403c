/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '43b732056cbd8d8ad19fe103f8ae21b091c713de4f3574215fc5e23ba1849d7a';
