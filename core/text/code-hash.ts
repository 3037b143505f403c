/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '4b23e1fcd281c8a0270d44d1bb410041cef487ac759386f80aea2109895cb9e9';
