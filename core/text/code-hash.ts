/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = 'fc8154c98fba8d3457c9b2891e29c239f4cd6045745062ae9d09a8da1aae4f9a';
