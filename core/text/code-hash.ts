/** SHA-256 over the code of this folder: `npx tsx infra/labeler/write-code-hash.ts` writes it, a test compares. */
export const CODE_HASH = '593c6f2d178fac6af980dcd9bee4aa4f52d0fe1edc0eed42c3dfd614339e2606';
