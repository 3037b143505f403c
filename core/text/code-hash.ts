/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = 'b97b6cbdb641d66d281df07898e626331f794987c23ff9f6c80ec441501f179a';
