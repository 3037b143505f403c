/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '3fc0a49c8b29348a4ca063a5353ec45f8b129e524b4ced97951794d8c0dbf76e';
